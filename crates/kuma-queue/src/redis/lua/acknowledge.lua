-- KEYS: stream, queued. ARGV: worker, id, job. Leaves what another worker holds by now.
local who = holder(KEYS[1], ARGV[2])
if who and who ~= ARGV[1] then return 0 end
remove(KEYS[1], KEYS[2], ARGV[2], ARGV[3])
return 1
