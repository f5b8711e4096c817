-- What the scripts of the queue share. A key without braces and `{that key}:more` lie in the same
-- slot of a cluster, so the streams keep their plain names.

-- The time here, in milliseconds: the clocks of workers may disagree.
local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

local function whole(number)
  return string.format('%.0f', number)
end

local function later(a, b)
  local a_ms, a_seq = string.match(a, '^(%d+)%-(%d+)$')
  local b_ms, b_seq = string.match(b, '^(%d+)%-(%d+)$')
  a_ms, b_ms = tonumber(a_ms), tonumber(b_ms)
  return a_ms > b_ms or (a_ms == b_ms and tonumber(a_seq) > tonumber(b_seq))
end

-- The last entry that any worker was given; everything after it waits.
local function last_given(stream)
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  if groups.err then return '0-0' end
  for _, group in ipairs(groups) do
    local of = {}
    for at = 1, #group, 2 do of[group[at]] = group[at + 1] end
    if of['name'] == 'workers' then return of['last-delivered-id'] end
  end
  return '0-0'
end

-- Adds a job to the line unless it waits in it already.
local function announce(stream, queued, job, most)
  local id = redis.call('HGET', queued, job)
  if id and later(id, last_given(stream)) and #redis.call('XRANGE', stream, id, id) == 1 then
    return 0
  end
  id = redis.call('XADD', stream, 'MAXLEN', '~', most, '*', 'job', job)
  redis.call('HSET', queued, job, id)
  redis.call('PEXPIRE', queued, 86400000)
  return 1
end

-- Who holds an entry: false when nobody does.
local function holder(stream, id)
  local pending = redis.pcall('XPENDING', stream, 'workers', id, id, 1)
  if pending.err or #pending == 0 then return false end
  return pending[1][2]
end

local function remove(stream, queued, id, job)
  redis.pcall('XACK', stream, 'workers', id)
  redis.call('XDEL', stream, id)
  if redis.call('HGET', queued, job) == id then redis.call('HDEL', queued, job) end
end
