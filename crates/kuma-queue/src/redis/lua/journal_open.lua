-- KEYS: state. ARGV: life while open in ms.
if redis.call('HSETNX', KEYS[1], 'n', '0') == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1
