#include "replay/wire/seat_compare.hpp"

#include "engine/sip/body.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/sdp.hpp"
#include "replay/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace lastcall::replay::wire {
namespace {

// Later or earlier than this is worth a word, though no fault.
constexpr std::int64_t kNoticeableNs = 200'000'000;

bool is_provisional(const SipMessage& sip) { return sip.is_response() && sip.status() < 200; }

// Whether both do the same thing in their place: answer the same request, or make the same one.
bool is_counterpart(const SipMessage& a, const SipMessage& b) {
  if (a.is_request() != b.is_request() || a.method_text() != b.method_text()) return false;
  if (a.is_request()) return a.to_tag().empty() == b.to_tag().empty();
  if (a.cseq() != b.cseq() || is_provisional(a) != is_provisional(b)) return false;
  return (a.status() == 100) == (b.status() == 100);
}

std::string audio_of(const SipMessage& message) {
  const auto body = sip::body_of_type(message, "application/sdp");
  if (!body) return "no SDP";
  const auto sdp = sip::parse_sdp(*body);
  const auto audio = sdp ? sip::audio(*sdp) : std::nullopt;
  if (!audio) return "no audio";
  return std::string{name(sip::effective_direction(*sdp, *audio))};
}

// The likeness of two counterparts, and why it is not kSame.
std::pair<Likeness, std::string> liken(const SipMessage& captured, const SipMessage& sent) {
  if (captured.status() != sent.status()) {
    const bool is_class = captured.status() / 100 == sent.status() / 100;
    return {is_class ? Likeness::kEquivalent : Likeness::kDifferent,
            fmt::format("lastcall sends {}", sent.status())};
  }
  const std::string was = audio_of(captured);
  const std::string is = audio_of(sent);
  if (was == is) return {Likeness::kSame, ""};
  // Early media may or may not be described.
  const bool is_optional = is_provisional(captured);
  return {is_optional ? Likeness::kEquivalent : Likeness::kDifferent,
          fmt::format("SDP: lastcall has {}, the seat had {}", is, was)};
}

struct Candidate {
  const Sent* sent = nullptr;
  SipMessage message;
  bool is_taken = false;
};

// The counterpart with the same status, else the first one; null if there is none.
Candidate* counterpart_of(const SipMessage& captured, std::vector<Candidate>& candidates) {
  Candidate* found = nullptr;
  for (Candidate& each : candidates) {
    if (each.is_taken || !is_counterpart(captured, each.message)) continue;
    if (each.message.status() == captured.status()) return &each;
    if (found == nullptr) found = &each;
  }
  return found;
}

Compared compare(const Message& captured, std::size_t index, Candidate* candidate) {
  Compared compared{.at_ns = captured.mark.at_ns, .captured = index};
  if (candidate == nullptr) {
    const bool is_optional = is_provisional(captured.sip);
    compared.likeness = is_optional ? Likeness::kEquivalent : Likeness::kDifferent;
    compared.why = "lastcall does not send it";
    return compared;
  }
  candidate->is_taken = true;
  compared.sent = *candidate->sent;
  std::tie(compared.likeness, compared.why) = liken(captured.sip, candidate->message);
  const std::int64_t late = candidate->sent->at_ns - captured.mark.at_ns;
  if (std::abs(late) >= kNoticeableNs) {
    compared.likeness = std::max(compared.likeness, Likeness::kEquivalent);
    compared.why += fmt::format("{}{} ms {}", compared.why.empty() ? "" : ", ",
                                std::abs(late) / 1'000'000, late > 0 ? "later" : "earlier");
  }
  return compared;
}

}  // namespace

std::vector<Compared> compare_seat(const Call& call, const Indices& captured,
                                   const std::vector<Sent>& sent) {
  std::vector<Candidate> candidates;
  for (const Sent& each : sent) {
    if (auto message = sip::parse(each.bytes)) candidates.push_back({&each, *std::move(message)});
  }
  std::vector<Compared> compared;
  for (const std::size_t each : captured) {
    compared.push_back(compare(call.at(each), each, counterpart_of(call.at(each).sip, candidates)));
  }
  for (const Candidate& each : candidates) {
    if (each.is_taken) continue;
    const bool is_optional = is_provisional(each.message);
    compared.push_back({.at_ns = each.sent->at_ns,
                        .sent = *each.sent,
                        .likeness = is_optional ? Likeness::kEquivalent : Likeness::kDifferent,
                        .why = "only lastcall sends it"});
  }
  std::ranges::stable_sort(compared, {}, &Compared::at_ns);
  return compared;
}

}  // namespace lastcall::replay::wire
