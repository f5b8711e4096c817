-- Looks up a job that was given up; with ARGV[2] it is also taken out. KEYS: dead letters, their index. ARGV: job, take.
local id = redis.call('HGET', KEYS[2], ARGV[1])
if not id then return false end
local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
if ARGV[2] == '1' or not entry then
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('XDEL', KEYS[1], id)
end
return entry or false
