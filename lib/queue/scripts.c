#include "queue/scripts.h"

const char queue_config_script[] =
    "if redis.call('EXISTS', KEYS[1]) == 0 then\n"
    "  redis.call('HSET', KEYS[1], 'version', 1, 'partitions', ARGV[1])\n"
    "end\n"
    "if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'keep', ARGV[2]) end\n"
    "if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'maxLen', ARGV[3]) end\n"
    "return redis.call('HGETALL', KEYS[1])\n";

const char queue_add_script[] =
    "if ARGV[3] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[3] then\n"
    "  return false\n"
    "end\n"
    /* The first write, which fails if the server is full: then nothing was
     * added. */
    "redis.call('SET', KEYS[2], ARGV[2], 'PX', 3600000)\n"
    "local r = {}\n"
    "for i = 1, (#KEYS - 2) / 2 do\n"
    "  local stream, seen = KEYS[2 * i + 1], KEYS[2 * i + 2]\n"
    "  local a = 4 * i\n"
    "  local known = redis.call('GET', seen)\n"
    "  if known then\n"
    "    local hash, entry, n =\n"
    "      string.match(known, '^(%x+) %d+ ([%d-]+) (%d+)$')\n"
    "    if hash == ARGV[a + 2] then\n"
    "      r[i] = {0, entry, tonumber(n)}\n"
    "    else\n"
    "      r[i] = {-1}\n"
    "    end\n"
    "  else\n"
    "    local n = redis.call('HINCRBY', KEYS[1], ARGV[a], 1)\n"
    "    local entry = redis.call('XADD', stream, '*',\n"
    "      'line', ARGV[a + 3], 'id', ARGV[a + 1], 'n', n)\n"
    "    redis.call('SET', seen, ARGV[a + 2] .. ' ' .. ARGV[a] .. ' ' ..\n"
    "      entry .. ' ' .. n, 'PX', ARGV[1])\n"
    "    r[i] = {1, entry, n}\n"
    "  end\n"
    "end\n"
    "return r\n";
