-- Resets the idle time of the entries that are still this worker's, and gives their ids.
-- KEYS: stream, workers. ARGV: worker, ids…
redis.call('ZADD', KEYS[2], whole(now_ms()), ARGV[1])
local kept = {}
for at = 2, #ARGV do
  if holder(KEYS[1], ARGV[at]) == ARGV[1] then
    redis.call('XCLAIM', KEYS[1], 'workers', ARGV[1], 0, ARGV[at], 'JUSTID')
    kept[#kept + 1] = ARGV[at]
  end
end
return kept
