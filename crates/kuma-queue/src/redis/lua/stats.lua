-- KEYS: stream, delayed, workers. ARGV: for how long a worker counts in ms.
-- Gives how many wait, for how many ms the oldest has, how many are delayed, and how many workers there are.
local now = now_ms()
local held = redis.pcall('XPENDING', KEYS[1], 'workers')
held = held.err and 0 or held[1]
local waiting = math.max(0, redis.call('XLEN', KEYS[1]) - held)
local lag = 0
if waiting > 0 then
  local oldest = redis.call('XRANGE', KEYS[1], '(' .. last_given(KEYS[1]), '+', 'COUNT', 1)[1]
  if oldest then lag = math.max(0, now - tonumber(string.match(oldest[1], '^(%d+)'))) end
end
local workers = redis.call('ZCOUNT', KEYS[3], '(' .. whole(now - tonumber(ARGV[1])), '+inf')
return { waiting, lag, redis.call('ZCARD', KEYS[2]), workers }
