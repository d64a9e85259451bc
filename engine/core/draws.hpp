#pragma once
// Draws: every id, tag and branch the engine makes up. Each is a hash of the run's seed, what it is
// for, and what makes its call unique; there is no counter and no stream, so that no call can move
// the draws of another. The first byte of each is the shard, so that every message finds it. Who
// goes through a run again hands in what was drawn then (Drawn), and that is taken instead.

#include "engine/base/hash.hpp"
#include "engine/base/time.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/sip_message.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lastcall::core {

// What was drawn in another run, by what the engine asks with: a capture shows what a party drew,
// and the engine in its seat draws the same (replay/wire). What is not in it is drawn as ever.
struct Drawn {
  // A request of ours, by its call, its dialog (none for what begins one), method and CSeq number.
  using RequestKey = std::tuple<CallId, DialogId, Method, std::uint32_t>;

  std::map<CallId, std::string> local_tags;
  std::map<CallId, std::string> sip_call_ids;
  std::map<RequestKey, std::string> branches;  // the CSeq numbers of its keys are taken in order
  std::map<TransactionId, std::string> response_tags;  // by the server transaction
  std::map<TransactionId, std::uint32_t> first_rseqs;  // by that of the INVITE
  std::map<std::pair<DialogId, std::uint32_t>, Duration> collision_waits;  // and our newest CSeq
};

class Draws {
 public:
  Draws(std::uint64_t seed, std::uint8_t shard) : seed_(seed), shard_(shard) {}

  // From now on these are taken instead of drawn.
  void take_from(Drawn drawn) { drawn_ = std::move(drawn); }

  // A call that comes in, by what makes its INVITE unique (RFC 3261 8.2.2.2, 17.2.3) and by when it
  // came: the same bytes, sent again when all has been forgotten, make another call (TP-17).
  [[nodiscard]] CallId inbound_call(std::string_view sip_call_id, std::string_view from_tag,
                                    std::string_view branch, Instant now) const {
    return {draw("inbound call", sip_call_id, from_tag, branch, now)};
  }
  // A call that a command places; the same command, given again long after, places another one.
  [[nodiscard]] CallId outbound_call(CommandId command, Instant now) const {
    return {draw("outbound call", command, now)};
  }
  // What an address of record of ours is known by; it is no call, but followed like one.
  [[nodiscard]] CallId registration(std::string_view aor) const {
    return {draw("registration", aor)};
  }
  // A call that the peer of another one asks for, by its REFER.
  [[nodiscard]] CallId referred_call(CallId by, TransactionId refer) const {
    return {draw("referred call", by, refer)};
  }
  [[nodiscard]] SessionId session(CallId call) const { return {draw("session", call)}; }
  [[nodiscard]] StreamId stream(CallId call) const { return {draw("stream", call)}; }

  // RFC 3261 19.3: at least 32 random bits.
  [[nodiscard]] std::string local_tag(CallId call) const {
    const std::string* known = find(drawn_.local_tags, call);
    return known != nullptr ? *known : to_hex(draw("tag", call));
  }
  [[nodiscard]] std::string sip_call_id(CallId call) const {
    const std::string* known = find(drawn_.sip_call_ids, call);
    if (known != nullptr) return *known;
    return to_hex(draw("Call-ID", call)) + to_hex(draw("Call-ID, more", call));
  }
  // RFC 3261 8.1.1.5, 12.2.1.1: the number of our next request of that dialog, behind `last`; 0:
  // the first one. Ours begin with 1.
  [[nodiscard]] std::uint32_t next_cseq(CallId call, DialogId dialog, Method method,
                                        std::uint32_t last) const {
    const auto it = drawn_.branches.upper_bound({call, dialog, method, last});
    const bool known = it != drawn_.branches.end() &&
                       std::tie(std::get<0>(it->first), std::get<1>(it->first),
                                std::get<2>(it->first)) == std::tie(call, dialog, method);
    return known ? std::get<3>(it->first) : last + 1;
  }
  // RFC 3261 8.1.1.7: unique per request; `nth` tells apart what shares a CSeq number.
  [[nodiscard]] std::string branch(CallId call, DialogId dialog, Method method,
                                   std::uint32_t cseq) const {
    const std::string* known = find(drawn_.branches, {call, dialog, method, cseq});
    return known != nullptr ? *known
                            : "z9hG4bK" + to_hex(draw("branch", call, dialog, method, cseq));
  }
  // The branch of the attempt that follows this one (RFC 3263 4.3).
  [[nodiscard]] std::string next_branch(TransactionId attempt) const {
    return "z9hG4bK" + to_hex(draw("next branch", attempt));
  }
  // RFC 7616 3.4: what our side adds to the nth challenge that a request answers.
  [[nodiscard]] std::string cnonce(TransactionId transaction, std::uint32_t nth) const {
    return to_hex(draw("cnonce", transaction, nth));
  }
  // RFC 7616 5.4: what proves that a nonce of this age is ours, and for this Call-ID.
  [[nodiscard]] std::string nonce(std::int64_t step, std::string_view sip_call_id) const {
    return to_hex(draw("nonce", step, sip_call_id));
  }
  // A part of `range` by which the nth pause of a registration differs from others'.
  [[nodiscard]] Duration jitter(CallId registration, std::uint32_t nth, Duration range) const {
    const auto steps = static_cast<std::uint64_t>(range.count());
    if (steps == 0) return {};
    // The upper bits are the shard, the lower ones are well mixed.
    return Duration{static_cast<std::int64_t>(draw("jitter", registration, nth) % steps)};
  }
  // RFC 4566 5.2: the session id of our SDP, within 63 bits.
  [[nodiscard]] std::uint64_t sdp_session(CallId call) const { return draw("sdp", call) >> 1; }

  // The tag of a response that makes no dialog (RFC 3261 8.2.6.2), the same for a repeated request.
  [[nodiscard]] std::string response_tag(TransactionId transaction) const {
    const std::string* known = find(drawn_.response_tags, transaction);
    return known != nullptr ? *known : to_hex(draw("response tag", transaction));
  }

  // RFC 3261 14.1: how long to wait after a collision, in steps of 10 ms: the owner of the Call-ID
  // 2.1 to 4.0 s, the other side 0 to 2.0 s. `cseq` tells one collision of a dialog from another.
  [[nodiscard]] Duration collision_wait(DialogId dialog, std::uint32_t cseq, bool owner) const {
    const Duration* known = find(drawn_.collision_waits, {dialog, cseq});
    if (known != nullptr) return *known;
    const std::uint64_t drawn = low(draw("collision", dialog, cseq));
    const std::uint64_t steps = owner ? 210 + drawn % 191 : drawn % 201;
    return steps * std::chrono::milliseconds{10};
  }
  // RFC 3261 14.2: 0 to 10 s, for the Retry-After of an overlapping request.
  [[nodiscard]] std::uint64_t retry_after(TransactionId transaction) const {
    return low(draw("Retry-After", transaction)) % 11;
  }
  // RFC 3262 3: the first RSeq is drawn from 1 to 2^31-1.
  [[nodiscard]] std::uint32_t first_rseq(TransactionId invite) const {
    const std::uint32_t* known = find(drawn_.first_rseqs, invite);
    if (known != nullptr) return *known;
    return static_cast<std::uint32_t>(low(draw("RSeq", invite)) % 0x7FFF'FFFF) + 1;
  }

  // RFC 3261 17.1.3, 17.2.3: what a transaction is matched by. ACK matches the INVITE it answers.
  [[nodiscard]] TransactionId server_transaction(std::string_view branch, std::string_view sent_by,
                                                 Method method) const {
    return {draw("server", branch, sent_by, method == Method::kAck ? Method::kInvite : method)};
  }
  [[nodiscard]] TransactionId client_transaction(std::string_view branch, Method method) const {
    return {draw("client", branch, method)};
  }
  // RFC 3261 8.2.2.2: what a request has in common with itself on another path.
  [[nodiscard]] TransactionId original(std::string_view sip_call_id, std::string_view from_tag,
                                       std::uint32_t cseq, Method method) const {
    return {draw("original", sip_call_id, from_tag, cseq, method)};
  }
  // RFC 3261 12: Call-ID, local tag and remote tag name a dialog.
  [[nodiscard]] DialogId dialog(std::string_view sip_call_id, std::string_view local_tag,
                                std::string_view remote_tag) const {
    return {draw("dialog", sip_call_id, local_tag, remote_tag)};
  }

 private:
  // Without the shard, which is no chance.
  static std::uint64_t low(std::uint64_t drawn) { return drawn & 0x00FF'FFFF'FFFF'FFFF; }

  template <class... What>
  [[nodiscard]] std::uint64_t draw(std::string_view purpose, const What&... what) const {
    const std::uint64_t value = hash_of(seed_, purpose, what...);
    const std::uint64_t id = std::uint64_t{shard_} << 56 | value >> 8;
    return id == 0 ? 1 : id;  // 0 means "none"
  }

  // The value of that key; null if there is none.
  template <class Key, class Value>
  [[nodiscard]] static const Value* find(const std::map<Key, Value>& map,
                                         const std::type_identity_t<Key>& key) {
    const auto it = map.find(key);
    return it == map.end() ? nullptr : &it->second;
  }

  std::uint64_t seed_;
  std::uint8_t shard_;
  Drawn drawn_;
};

}  // namespace lastcall::core
