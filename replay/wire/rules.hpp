#pragma once
// The rules that can be read off the wire, one function per subject: each looks at one call and
// adds what it finds. They know no engine; a call of any vendors is judged alike. judge() in
// judge.hpp calls them all.

#include "engine/base/time.hpp"
#include "replay/wire/finding.hpp"

#include <cstdint>

namespace lastcall::replay::wire {

// RFC 3261 17: what is not answered after 64*T1 will not be.
inline constexpr std::int64_t kTimeoutNs = 32'000'000'000;

struct Scope {
  std::int64_t end_ns = 0;  // when the capture ends
};

// rules_answers.cpp: exactly one final response (I-26, I-28), ACK for refusals (I-30), CANCEL
// (I-34).
void judge_answers(const Call& call, const Scope& scope, Findings& findings);
// rules_accepts.cpp: ACK for each 2xx (I-29), repeats that go on (I-45), forks (I-48), BYE before
// the ACK (I-33), reliable provisional responses (RFC 3262).
void judge_accepts(const Call& call, const Scope& scope, Findings& findings);
// rules_ending.cpp: how BYE is answered (I-27), what begins or is accepted after it (I-31, I-32).
void judge_ending(const Call& call, const Scope& scope, Findings& findings);
// rules_order.cpp: overlapping offers (I-36, I-37), waits after 491 (I-38), CSeq (I-35), hold.
void judge_order(const Call& call, const Scope& scope, Findings& findings);
// rules_media.cpp: RTP after the end (I-21), session timers (I-49).
void judge_media(const Call& call, const Scope& scope, Findings& findings);
// races.cpp: which races of RFC 5407 were seen.
void name_races(const Call& call, Findings& findings);

// ---- words and questions that they share (rules.cpp)

// "BYE (CSeq 2)".
[[nodiscard]] std::string words_for(const Request& request);
// "3.520 s", "20 ms", "78 us".
[[nodiscard]] std::string seconds(std::int64_t ns);
[[nodiscard]] std::vector<std::uint64_t> packets_of(const Call& call, const Indices& messages);
// The packets of the first message of a request, at each hop.
[[nodiscard]] std::vector<std::uint64_t> packets_of(const Call& call, const Request& request);
// The first 2xx of a request, and the first final response; null if there is none.
[[nodiscard]] const Message* first_accept(const Call& call, const Request& request);
[[nodiscard]] const Message* first_final(const Call& call, const Request& request);
// Whether both belong to the same dialog: the same two tags.
[[nodiscard]] bool is_same_dialog(const Request& a, const Request& b);
// Whether the order of the two is that of one tap.
[[nodiscard]] bool is_same_tap(const Message& a, const Message& b);
// What SDP says a message wants: whether it asks the other side to stop sending audio.
[[nodiscard]] bool holds(const SipMessage& message);

// The instant from which a side surely knew that the dialog of `request` was over: it sent a BYE in
// it, or answered one. `evidence` is that message; null if it never showed.
[[nodiscard]] const Message* first_sign_of_end(const Call& call, const Request& of, Side side);

}  // namespace lastcall::replay::wire
