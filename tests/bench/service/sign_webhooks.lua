-- wrk script: GitHub deliveries, each with an issue number of its own and a right signature.
--
-- Settings by environment: WEBHOOK_SECRET; BODY_FILE, a captured delivery in which MARK stands for the number; EVENT
-- (default issues); WEBHOOK_PATH (default /webhooks/github); LIBCRYPTO (default libcrypto.so.3, of OpenSSL 3).
-- Prints one line of JSON: answers by status, rate, and latencies in milliseconds.
local ffi = require 'ffi'
ffi.cdef [[
  const void *EVP_sha256(void);
  unsigned char *HMAC(const void *, const void *, int, const unsigned char *, size_t, unsigned char *, unsigned int *);
]]
local MARK = '987654321'
local crypto = ffi.load(os.getenv('LIBCRYPTO') or 'libcrypto.so.3')
local digest, length = ffi.new('unsigned char[32]'), ffi.new('unsigned int[1]')
local secret = os.getenv('WEBHOOK_SECRET')
local path = os.getenv('WEBHOOK_PATH') or '/webhooks/github'
local event = os.getenv('EVENT') or 'issues'

local file = assert(io.open(os.getenv('BODY_FILE'), 'rb'))
local template = file:read('*a')
file:close()
local from, to = template:find(MARK, 1, true)
local head, tail = template:sub(1, from - 1), template:sub(to + 1)

local function signature(text)
  crypto.HMAC(crypto.EVP_sha256(), secret, #secret, text, #text, digest, length)
  local out = {}
  for i = 0, 31 do out[#out + 1] = string.format('%02x', digest[i]) end
  return 'sha256=' .. table.concat(out)
end

local threads, count = {}, 0

function setup(thread)
  threads[#threads + 1] = thread
  thread:set('id', #threads)
end

function request()
  count = count + 1
  local number = id * 10000000 + count
  local body = head .. number .. tail
  return wrk.format('POST', path, {
    ['Content-Type'] = 'application/json',
    ['X-GitHub-Event'] = event,
    ['X-GitHub-Delivery'] = string.format('%08d-0000-4000-8000-%012d', id, count),
    ['X-Hub-Signature-256'] = signature(body),
  }, body)
end

local seen = {}
function response(status)
  seen[status] = (seen[status] or 0) + 1
  local out = {}
  for code, n in pairs(seen) do out[#out + 1] = string.format('%d=%d', code, n) end
  codes = table.concat(out, ' ')
end

function done(summary, latency)
  local answers = {}
  for _, thread in ipairs(threads) do
    for code, n in (thread:get('codes') or ''):gmatch('(%d+)=(%d+)') do
      answers[code] = (answers[code] or 0) + tonumber(n)
    end
  end
  local parts = {}
  for code, n in pairs(answers) do parts[#parts + 1] = string.format('"%s": %d', code, n) end
  local errors = summary.errors
  io.write(string.format(
    '{"answers": {%s}, "seconds": %.3f, "failed": %d, "p50_ms": %.2f, "p99_ms": %.2f}\n',
    table.concat(parts, ', '), summary.duration / 1e6, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
