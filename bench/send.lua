-- bodies.py writes `first`, `alerts`, `population`, `together`, `ends_in`, `before`, `after`, `path`
-- and `shapes` above: each shape is text, name of a slot, text, name of a slot, …, text.

local number = first
local parts = {}
local headers = { ["Content-Type"] = "application/json" }
local bit = require("bit")

function request()
   local ends = os.date("!%Y-%m-%dT%H:%M:%S", os.time() + ends_in)
   local slots = { ends = string.format("%s.%03dZ", ends, math.floor(number / alerts) % 1000) }
   local size = 1
   parts[1] = before
   for at = 1, alerts do
      local which = number
      if population > 0 then which = number % population end
      slots.id = string.format("%012x", which)
      slots.ip = string.format("%d.%d.%d", bit.band(bit.rshift(which, 16), 255),
         bit.band(bit.rshift(which, 8), 255), bit.band(which, 255))
      slots.value = string.format("%d.5", number % 99991)
      local shape = shapes[math.floor(which / together) % #shapes + 1]
      for place = 1, #shape do
         size = size + 1
         if place % 2 == 1 then parts[size] = shape[place] else parts[size] = slots[shape[place]] end
      end
      size = size + 1
      parts[size] = at < alerts and "," or after
      number = number + 1
   end
   return wrk.format("POST", path, headers, table.concat(parts, "", 1, size))
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "refused": %d, "broken": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f}\n',
      summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
      summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
