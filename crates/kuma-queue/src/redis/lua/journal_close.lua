-- KEYS: entries, state. ARGV: SPUBLISH or PUBLISH, channel, life after the end in ms.
local n = redis.call('HGET', KEYS[2], 'n')
if not n or redis.call('HSETNX', KEYS[2], 'closed', '1') == 0 then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call(ARGV[1], ARGV[2], n .. ' 1 ')
return 1
