//! What must be done at once in Redis, in its Lua, and how what was written there is read.
//!
//! It may not know connections. A script answers with a list: an empty one if its shard has no mark, so that nothing is written into a store
//! which has forgotten and does not know it. Numbers are decimal: Lua compares texts by the server's locale.

use crate::{
    bytes,
    claims::SlipId,
    revoke::{Query, Revocation},
    time::UnixTime,
};
use ::redis::Value;

/// Keys: mark, hash of ids. Arguments: until, id. The hash stays until the last of it is over, which its field `until` tells.
pub(super) const REVOKE_SLIP: &str = r"
if not redis.call('GET', KEYS[1]) then return {} end
redis.call('HSET', KEYS[2], ARGV[2], '')
local till = tonumber(redis.call('HGET', KEYS[2], 'until') or 0)
if tonumber(ARGV[1]) > till then
  redis.call('HSET', KEYS[2], 'until', ARGV[1])
  redis.call('EXPIREAT', KEYS[2], ARGV[1])
end
return {1}";

/// Keys: mark, subject or sealing key. Arguments: until, before, the id of the slip that is spared or nothing, when that began. What is written are the
/// four, with a space between. Of two, as [`both`](crate::revoke::revocations::both): what goes with the later `before`, and nobody who is meant by the other.
pub(super) const REVOKE_ALL: &str = r"
if not redis.call('GET', KEYS[1]) then return {} end
local till, before, spared, began = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local old = redis.call('GET', KEYS[2])
if old then
  local o_till, o_before, o_spared, o_began = string.match(old, '^(%d+) (%d+) (%S*) (%d+)$')
  if not o_till then return redis.error_reply('not what was written') end
  if tonumber(o_till) > tonumber(till) then till = o_till end
  local other, other_spared = o_before, o_spared
  if tonumber(o_before) > tonumber(before) then
    other, other_spared = before, spared
    before, spared, began = o_before, o_spared, o_began
  end
  if spared ~= other_spared and tonumber(began) <= tonumber(other) then spared, began = '', '0' end
end
redis.call('SET', KEYS[2], till .. ' ' .. before .. ' ' .. spared .. ' ' .. began)
redis.call('EXPIREAT', KEYS[2], till)
return {1}";

/// Keys: mark, record. Arguments: until, since when it could have been done or nothing, record. Answers 1 if this was the one time, 0 and the
/// record if there was one, 2 if it was lost.
pub(super) const REDEEM: &str = r"
local mark = redis.call('GET', KEYS[1])
if not mark then return {} end
local old = redis.call('GET', KEYS[2])
if old then return {0, old} end
if ARGV[2] ~= '' and tonumber(ARGV[2]) < tonumber(mark) then return {2} end
redis.call('SET', KEYS[2], ARGV[3])
redis.call('EXPIREAT', KEYS[2], ARGV[1])
return {1}";

/// Whether what [`REVOKE_ALL`] wrote of a subject means the slip; `None` if it is something else.
pub(super) fn is_meant(written: &Value, query: &Query) -> Option<bool> {
    let Value::BulkString(text) = written else { return None };
    let mut parts = std::str::from_utf8(text).ok()?.split(' ');
    let mut part = || parts.next();
    let (Some(_), Some(before), Some(spared), Some(_), None) = (part(), part(), part(), part(), part()) else {
        return None;
    };
    let before = UnixTime::from_wire(before.parse().ok()?)?;
    let id = |text| Some(SlipId::from_bytes(bytes::public_bytes(text)?.try_into().ok()?));
    let is_spared = !spared.is_empty() && id(spared)? == query.slip;
    let (subject, until) = (query.subject?, before);
    Some(!is_spared && query.is_meant_by(&Revocation::Subject { subject, before, spared: None, until }))
}
