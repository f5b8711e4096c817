-- Puts entries that were taken and not handed out back into the line, and forgets the worker.
-- KEYS: stream, queued, workers. ARGV: worker, most entries, then id and job of each entry.
for at = 3, #ARGV, 2 do
  if holder(KEYS[1], ARGV[at]) == ARGV[1] then
    remove(KEYS[1], KEYS[2], ARGV[at], ARGV[at + 1])
    announce(KEYS[1], KEYS[2], ARGV[at + 1], ARGV[2])
  end
end
redis.call('ZREM', KEYS[3], ARGV[1])
-- With its entries the group would forget that they are being worked on.
local held = redis.pcall('XPENDING', KEYS[1], 'workers', '-', '+', 1, ARGV[1])
if not held.err and #held == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], 'workers', ARGV[1]) end
return 1
