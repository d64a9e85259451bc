#include "replay/wire/seat_names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::replay::wire {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (!from.empty() && at != text.npos) text.replace(at, from.size(), to);
  return text;
}

}  // namespace

void SeatNames::learn(const SipMessage& sent) {
  const std::string_view tag = sent.is_request() ? sent.from_tag() : sent.to_tag();
  // A refusal of something else may carry another tag: the first one that lasts is the dialog's.
  if (tag_.empty() && !tag.empty() && sent.method() != Method::kCancel) tag_ = tag;
  if (!sent.is_request()) return;
  if (call_id_.empty()) call_id_ = sent.call_id();
  std::vector<Asked>& asked = asked_[std::string{sent.method_text()}];
  const bool is_known = std::ranges::find(asked, sent.via().branch, &Asked::branch) != asked.end();
  if (!is_known) asked.push_back({std::string{sent.via().branch}, sent.cseq()});
}

const SeatNames::Asked* SeatNames::asked_for(const SipMessage& response) const {
  std::size_t nth = 0;
  for (const Request& each : call_.requests) {
    if (each.sender != side_ || each.name != response.method_text()) continue;
    if (each.cseq == response.cseq()) break;
    ++nth;
  }
  const auto it = asked_.find(std::string{response.method_text()});
  return it == asked_.end() || nth >= it->second.size() ? nullptr : &it->second[nth];
}

std::string SeatNames::told_value(const HeaderView& line, const Message& received) const {
  const SipMessage& sip = received.sip;
  std::string value{line.value};
  // The seat's own tag: in To of what others ask, in From of what they answer.
  const bool is_own = line.kind == (sip.is_request() ? Header::kTo : Header::kFrom);
  if (is_own && !tag_.empty()) {
    const std::string_view seat_tag = sip.is_request() ? sip.to_tag() : sip.from_tag();
    if (!seat_tag.empty()) {
      value = replaced(value, fmt::format("tag={}", seat_tag), "tag=" + tag_);
    }
  }
  if (line.kind == Header::kCallId && side_ == Side::kCaller && !call_id_.empty()) return call_id_;
  if (sip.is_request()) {
    // An ACK says which INVITE of the others it belongs to: that number is theirs.
    return value;
  }
  const Asked* asked = asked_for(sip);
  if (asked == nullptr) return value;
  if (line.kind == Header::kCseq) return fmt::format("{} {}", asked->cseq, sip.method_text());
  if (line.kind == Header::kVia && line.value.find(sip.via().branch) != line.value.npos) {
    return replaced(value, std::string{sip.via().branch}, asked->branch);
  }
  return value;
}

std::string SeatNames::told(const Message& received) const {
  const SipMessage& sip = received.sip;
  std::string text = sip.bytes().substr(0, sip.bytes().find('\n') + 1);
  for (std::size_t i = 0; i < sip.header_count(); ++i) {
    const HeaderView line = sip.header_at(i);
    text += fmt::format("{}: {}\r\n", line.name, told_value(line, received));
  }
  return text + "\r\n" + std::string{sip.body()};
}

}  // namespace lastcall::replay::wire
