-- Keeps a job that was given up, once. KEYS: dead letters, their index. ARGV: job, reason, at in ms, most entries.
local old = redis.call('HGET', KEYS[2], ARGV[1])
if old then redis.call('XDEL', KEYS[1], old) end
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '*', 'job', ARGV[1], 'reason', ARGV[2], 'at', ARGV[3])
redis.call('HSET', KEYS[2], ARGV[1], id)
return id
