-- Says that a worker lives, and moves what is due into the line.
-- KEYS: stream, queued, delayed, workers. ARGV: worker, most entries, for how long a worker is remembered in ms.
-- Gives in how many ms the next delayed job is due; -1 when there is none.
local now = now_ms()
redis.call('ZADD', KEYS[4], whole(now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', whole(now - tonumber(ARGV[3])))
for _, job in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', whole(now), 'LIMIT', 0, 128)) do
  redis.call('ZREM', KEYS[3], job)
  announce(KEYS[1], KEYS[2], job, ARGV[2])
end
local next_due = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
if #next_due == 0 then return -1 end
return math.max(0, tonumber(next_due[2]) - now)
