-- KEYS: stream, queued, delayed. ARGV: job, delay in ms (-1: none), most entries.
local delay = tonumber(ARGV[2])
if delay < 0 then return announce(KEYS[1], KEYS[2], ARGV[1], ARGV[3]) end
-- Of two times, the earlier one stands.
redis.call('ZADD', KEYS[3], 'LT', whole(now_ms() + delay), ARGV[1])
return 1
