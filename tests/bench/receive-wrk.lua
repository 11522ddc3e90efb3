-- What wrk sends in tests/bench/receive and receive-peers: each message of a file, as
-- vitals-sign writes it, once.
--
--	wrk -s receive-wrk.lua URL -- FILE THREADS
--
-- Prints "REQUESTS-PER-SECOND P50-MS P99-MS REQUESTS FAILURES".

local threads = 0

function setup(thread)
	thread:set("number", threads)
	threads = threads + 1
end

-- A message as a request.  Its members are plain text, and the only escapes in the
-- payload are those of quotes.  Headers are those of the scheme: standard, or those
-- that the message names.
local function compose(line, path, host)
	local payload = line:match('"payload":"(.*)"}$'):gsub('\\"', '"')
	local id, time, signature = line:match(
	    '^{"id":"([^"]*)","timestamp":(%d+),.*"signature":"([^"]*)","payload":')
	local headers = ""

	if signature then
		headers = "webhook-id: " .. id .. "\r\nwebhook-timestamp: " .. time ..
		    "\r\nwebhook-signature: " .. signature .. "\r\n"
	else
		for name, value in line:match('"headers":{([^}]*)}'):gmatch('"([^"]*)":"([^"]*)"') do
			headers = headers .. name .. ": " .. value .. "\r\n"
		end
	end
	return "POST " .. path .. " HTTP/1.1\r\nHost: " .. host ..
	    "\r\nContent-Type: application/json\r\n" .. headers ..
	    "Content-Length: " .. #payload .. "\r\n\r\n" .. payload
end

function init(args)
	local n = 0

	requests = {}
	for line in io.lines(args[1]) do
		if n % tonumber(args[2]) == number then
			requests[#requests + 1] = compose(line, wrk.path, wrk.host)
		end
		n = n + 1
	end
	last = 0
end

-- When all have been sent, they are repeated: the receiver then answers 200, and the
-- script that counts its lines fails.
function request()
	last = last % #requests + 1
	return requests[last]
end

function done(summary, latency)
	local e = summary.errors

	io.write(string.format("%.0f %.2f %.2f %d %d\n",
	    summary.requests / (summary.duration / 1e6),
	    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
	    summary.requests, e.connect + e.read + e.write + e.status + e.timeout))
end
