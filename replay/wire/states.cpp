#include "replay/wire/states.hpp"

#include "replay/wire/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lastcall::replay::wire {
namespace {

// What a message does to the call (RFC 5407 2).
std::string_view next_state(std::string_view state, const SipMessage& sip) {
  const bool is_over = state == "Mortal" || state == "Morgue";
  const bool is_set_up = state == "Preparative" || state == "Early" || state == "no call";
  if (sip.is_request()) {
    if (sip.method() == Method::kBye) return is_over ? state : "Mortal";
    if (sip.method() == Method::kInvite && sip.to_tag().empty()) return "Preparative";
    if (sip.method() == Method::kAck && state == "Moratorium") return "Established";
    return state;
  }
  if (sip.method() == Method::kBye && sip.status() >= 200) return "Morgue";
  if (sip.method() != Method::kInvite || !is_set_up) return state;
  if (sip.status() >= 300) return "Morgue";
  if (sip.status() >= 200) return "Moratorium";
  return sip.status() > 100 && !sip.to_tag().empty() ? "Early" : state;
}

// Requests that were seen and not answered finally, up to this message.
std::string open_requests(const Call& call, std::size_t index) {
  std::string open;
  for (const Request& each : call.requests) {
    if (each.first > index) continue;
    const Indices finals = finals_of(call, each);
    if (!finals.empty() && finals.front() <= index) continue;
    open += (open.empty() ? "; open: " : ", ") + words_for(each);
  }
  return open;
}

}  // namespace

std::vector<std::string> states_of(const Call& call) {
  std::vector<std::string> states;
  std::string_view state = call.begins_inside ? "Established" : "no call";
  for (std::size_t i = 0; i < call.messages.size(); ++i) {
    state = next_state(state, call.at(i).sip);
    states.push_back(std::string{state} + open_requests(call, i));
  }
  return states;
}

}  // namespace lastcall::replay::wire
