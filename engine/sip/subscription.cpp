#include "engine/sip/subscription.hpp"

#include "engine/sip/params.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>

namespace lastcall::sip {
namespace {

std::unexpected<ParseError> fail(std::size_t position, const char* sentence) {
  return std::unexpected{ParseError{position, sentence}};
}

std::optional<Seconds> delta_of(std::string_view value) {
  Cursor cursor{value};
  return take_delta(cursor);
}

}  // namespace

std::expected<EventPackage, ParseError> parse_event(std::string_view value) {
  Cursor cursor{value};
  cursor.skip_spaces();
  EventPackage event{.name = std::string{cursor.take(classes::kToken)}};
  if (event.name.empty()) return fail(cursor.position(), "Event names no package.");
  const bool fine = take_params(cursor, [&](const Param& found) {
    if (same_ignoring_case(found.name, "id")) event.id = found.value;
  });
  if (!fine) return fail(cursor.position(), "Only ;name=value parameters can follow the package.");
  return event;
}

std::string write_event(const EventPackage& event) {
  return event.id.empty() ? event.name : event.name + ";id=" + event.id;
}

std::expected<SubscriptionState, ParseError> parse_subscription_state(std::string_view value) {
  Cursor cursor{value};
  cursor.skip_spaces();
  const std::string_view word = cursor.take(classes::kToken);
  if (word.empty()) return fail(cursor.position(), "Subscription-State names no state.");
  SubscriptionState state{
      .status = named_ignoring_case<SubscriptionStatus>(word).value_or(SubscriptionStatus::kOther)};
  const bool fine = take_params(cursor, [&](const Param& found) {
    if (same_ignoring_case(found.name, "reason")) state.reason = found.value;
    if (same_ignoring_case(found.name, "expires")) state.expires = delta_of(found.value);
    if (same_ignoring_case(found.name, "retry-after")) state.retry_after = delta_of(found.value);
  });
  if (!fine) return fail(cursor.position(), "Only ;name=value parameters can follow the state.");
  return state;
}

std::string write_subscription_state(const SubscriptionState& state) {
  std::string text{name(state.status)};
  if (!state.reason.empty()) text.append(";reason=").append(state.reason);
  if (state.expires) text.append(";expires=").append(write_delta(*state.expires));
  if (state.retry_after) text.append(";retry-after=").append(write_delta(*state.retry_after));
  return text;
}

std::expected<StatusLine, ParseError> parse_sipfrag(std::string_view body) {
  std::string_view line = body.substr(0, body.find_first_of("\r\n"));
  constexpr std::string_view kVersion = "SIP/2.0 ";
  if (!same_ignoring_case(line.substr(0, kVersion.size()), kVersion)) {
    return fail(0, "The fragment does not begin with a status line.");
  }
  line.remove_prefix(kVersion.size());
  const std::string_view code = line.substr(0, line.find(' '));
  const auto status = code.size() == 3 ? parse_number(code, 699) : std::nullopt;
  if (!status || *status < 100) return fail(kVersion.size(), "The status is not 100 to 699.");
  const std::string_view reason = line.substr(std::min<std::size_t>(4, line.size()));
  return StatusLine{static_cast<int>(*status), reason};
}

std::string write_sipfrag(int status) {
  return std::string{"SIP/2.0 "}
      .append(std::to_string(status))
      .append(" ")
      .append(reason_phrase(status))
      .append("\r\n");
}

}  // namespace lastcall::sip
