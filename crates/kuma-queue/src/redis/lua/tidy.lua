-- Forgets workers that went without a word: they hold nothing and were not seen for a long time.
-- KEYS: stream. ARGV: for how long in ms.
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], 'workers')
if consumers.err then return 0 end
local gone = 0
for _, consumer in ipairs(consumers) do
  local of = {}
  for at = 1, #consumer, 2 do of[consumer[at]] = consumer[at + 1] end
  if of['pending'] == 0 and of['idle'] > tonumber(ARGV[1]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], 'workers', of['name'])
    gone = gone + 1
  end
end
return gone
