-- Writes a whole journal again: after its server lost it, or when a run that was over goes on.
-- KEYS: entries, state. ARGV: 1 epoch, 2 the last number, 3 the number before the first event, 4 whether a closed one
--  is opened, 5 SPUBLISH or PUBLISH, 6 channel, 7 life while open in ms, then number and events of each entry.
-- Gives the last number that is there now, or -1 (another owner), -2 (closed).
local state = redis.call('HMGET', KEYS[2], 'n', 'epoch', 'closed')
if tonumber(ARGV[1]) < tonumber(state[2] or 0) then return -1 end
if state[3] and ARGV[4] ~= '1' then return -2 end
local n = tonumber(state[1] or 0)
if n < tonumber(ARGV[2]) then
  redis.call('DEL', KEYS[1], KEYS[2])
  local bytes = 0
  for at = 8, #ARGV, 2 do
    redis.call('XADD', KEYS[1], ARGV[at] .. '-0', 'e', ARGV[at + 1])
    bytes = bytes + #ARGV[at + 1] + 64
  end
  n = tonumber(ARGV[2])
  redis.call('HSET', KEYS[2], 'n', ARGV[2], 'bytes', string.format('%.0f', bytes), 'base', ARGV[3])
end
redis.call('HDEL', KEYS[2], 'closed')
redis.call('HSETNX', KEYS[2], 'n', '0')
redis.call('HSET', KEYS[2], 'epoch', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[7])
redis.call(ARGV[5], ARGV[6], string.format('%.0f', n) .. ' 0 ')
return n
