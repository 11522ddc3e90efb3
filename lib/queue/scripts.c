#include "queue/scripts.h"

const char queue_config_script[] =
    "if redis.call('EXISTS', KEYS[1]) == 0 then\n"
    "  redis.call('HSET', KEYS[1], 'version', 1, 'partitions', ARGV[1])\n"
    "end\n"
    "if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'keep', ARGV[2]) end\n"
    "if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'maxLen', ARGV[3]) end\n"
    "return redis.call('HGETALL', KEYS[1])\n";

const char queue_add_script[] =
    "local known = redis.call('GET', KEYS[3])\n"
    "if known then\n"
    "  local hash, entry, n =\n"
    "    string.match(known, '^(%x+) %d+ ([%d-]+) (%d+)$')\n"
    "  if hash ~= ARGV[3] then return {-1} end\n"
    "  if ARGV[6] == '1' then\n"
    "    redis.call('PEXPIRE', KEYS[3], ARGV[4])\n"
    "  end\n"
    "  return {0, entry, tonumber(n)}\n"
    "end\n"
    "if KEYS[4] and redis.call('EXISTS', KEYS[4]) == 0 then return {-2} end\n"
    "local n = redis.call('HINCRBY', KEYS[2], ARGV[1], 1)\n"
    "local entry = redis.call('XADD', KEYS[1], '*',\n"
    "  'line', ARGV[5], 'id', ARGV[2], 'n', n)\n"
    "redis.call('SET', KEYS[3],\n"
    "  ARGV[3] .. ' ' .. ARGV[1] .. ' ' .. entry .. ' ' .. n, 'PX', ARGV[4])\n"
    "return {1, entry, n}\n";
