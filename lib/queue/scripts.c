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
    "local lines = (#KEYS - 2) / 2\n"
    "local seen, first, new, r = {}, {}, {}, {}\n"
    "for i = 1, lines do seen[i] = KEYS[2 * i + 2] end\n"
    "local known = redis.call('MGET', unpack(seen))\n"
    /* How many lines are new in each partition.  An ID can be in the batch
     * twice. */
    "for i = 1, lines do\n"
    "  if not known[i] and not first[seen[i]] then\n"
    "    first[seen[i]] = i\n"
    "    new[ARGV[4 * i]] = (new[ARGV[4 * i]] or 0) + 1\n"
    "  end\n"
    "end\n"
    "for p, count in pairs(new) do\n"
    "  new[p] = redis.call('HINCRBY', KEYS[1], p, count) - count\n"
    "end\n"
    "for i = 1, lines do\n"
    "  local a, key = 4 * i, seen[i]\n"
    "  local hash = ARGV[a + 2]\n"
    "  if known[i] then\n"
    "    local h, entry, n =\n"
    "      string.match(known[i], '^(%x+) %d+ ([%d-]+) (%d+)$')\n"
    "    r[i] = h == hash and {0, entry, tonumber(n)} or {-1}\n"
    "  elseif first[key] ~= i then\n"
    "    local f = first[key]\n"
    "    r[i] = ARGV[4 * f + 2] == hash and {0, r[f][2], r[f][3]} or {-1}\n"
    "  else\n"
    "    local p = ARGV[a]\n"
    "    local n = new[p] + 1\n"
    "    new[p] = n\n"
    "    local entry = redis.call('XADD', KEYS[2 * i + 1], '*',\n"
    "      'line', ARGV[a + 3], 'id', ARGV[a + 1], 'n', n)\n"
    "    redis.call('SET', key,\n"
    "      hash .. ' ' .. p .. ' ' .. entry .. ' ' .. n, 'PX', ARGV[1])\n"
    "    r[i] = {1, entry, n}\n"
    "  end\n"
    "end\n"
    "return r\n";
