-- Adds a batch of events to a run's journal: one entry, whose id is the number of its last event.
-- KEYS: entries, state. ARGV:
--  1 epoch, 2 how many events, 3 the events, 4 whether they end the run, 5 the least number that must be there,
--  6 the writer's field, 7 the writer's count, 8 SPUBLISH or PUBLISH, 9 channel, 10 life while open in ms,
--  11 life after the end in ms, 12 most bytes
-- Gives the number of the last event, or -1 (another owner), -2 (closed), -3 (events that were there are lost).
local state = redis.call('HMGET', KEYS[2], 'n', 'epoch', 'closed', 'bytes', ARGV[6])
local n = tonumber(state[1] or 0)
-- Said again after its answer got lost: it must not be added twice.
if state[5] then
  local count, at = string.match(state[5], '^(%d+):(%d+)$')
  if count == ARGV[7] then return tonumber(at) end
end
if state[3] then return -2 end
if tonumber(ARGV[1]) < tonumber(state[2] or 0) then return -1 end
if n < tonumber(ARGV[5]) then return -3 end
local fresh = not state[1]
local before = n
n = n + tonumber(ARGV[2])
local id = string.format('%.0f-0', n)
local bytes = tonumber(state[4] or 0)
if n > before then
  -- Without its state, what is left of a journal counts for nothing.
  if before == 0 then redis.call('DEL', KEYS[1]) end
  redis.call('XADD', KEYS[1], id, 'e', ARGV[3])
  bytes = bytes + #ARGV[3] + 64
  while bytes > tonumber(ARGV[12]) do
    local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
    if not first or first[1] == id then break end
    bytes = bytes - #first[2][2] - 64
    redis.call('XDEL', KEYS[1], first[1])
    redis.call('HSET', KEYS[2], 'base', string.match(first[1], '^(%d+)'))
  end
end
local told = string.format('%.0f', n)
redis.call('HSET', KEYS[2], 'n', told, 'epoch', ARGV[1], 'bytes', string.format('%.0f', bytes), ARGV[6], ARGV[7] .. ':' .. told)
local ends = ARGV[4] == '1'
if ends then redis.call('HSET', KEYS[2], 'closed', '1') end
-- The life of an open journal is counted anew now and then, not with every token.
if ends or fresh or math.floor(before / 256) ~= math.floor(n / 256) then
  local life = ends and ARGV[11] or ARGV[10]
  redis.call('PEXPIRE', KEYS[1], life)
  redis.call('PEXPIRE', KEYS[2], life)
elseif before == 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[10])
end
redis.call(ARGV[8], ARGV[9], told .. (ends and ' 1 ' or ' 0 ') .. ARGV[3])
return n
