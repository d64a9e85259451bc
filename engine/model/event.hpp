#pragma once
// Event: everything that can stand in the log. Record: one line of it. An event is a fact that has
// happened; it is never changed, and state is the fold of events.

#include "engine/base/match.hpp"
#include "engine/model/client_event.hpp"
#include "engine/model/dialog_event.hpp"
#include "engine/model/input.hpp"
#include "engine/model/media_event.hpp"
#include "engine/model/session_event.hpp"
#include "engine/model/transaction_event.hpp"

#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace lastcall {
inline namespace model {

// In the order of LayerId: what the world said, then the facts of each layer.
using Event =
    std::variant<Input, TransactionEvent, DialogEvent, SessionEvent, MediaEvent, ClientEvent>;

// One line of the log. `cause` is the position of the event that led to this one; 0 for an input.
struct Record {
  Position pos = 0;
  Instant at;
  Position cause = 0;
  Event event;
  bool operator==(const Record&) const = default;
};

// Wraps a fact into the event of the group it belongs to.
template <class Fact>
[[nodiscard]] Event event_of(Fact fact) {
  if constexpr (std::is_constructible_v<Input, Fact&&>)
    return Input{std::move(fact)};
  else if constexpr (std::is_constructible_v<TransactionEvent, Fact&&>)
    return TransactionEvent{std::move(fact)};
  else if constexpr (std::is_constructible_v<DialogEvent, Fact&&>)
    return DialogEvent{std::move(fact)};
  else if constexpr (std::is_constructible_v<SessionEvent, Fact&&>)
    return SessionEvent{std::move(fact)};
  else if constexpr (std::is_constructible_v<MediaEvent, Fact&&>)
    return MediaEvent{std::move(fact)};
  else
    return ClientEvent{std::move(fact)};
}

// Calls f with the innermost event.
template <class E, class F>
decltype(auto) visit_event(E&& event, F&& f) {
  return std::visit(
      [&f](auto&& group) -> decltype(auto) {
        return std::visit(f, std::forward<decltype(group)>(group));
      },
      std::forward<E>(event));
}

// The layer whose fact it is; kWorld for an input.
[[nodiscard]] inline LayerId layer_of(const Event& event) {
  return static_cast<LayerId>(event.index());
}

// "CallTerminating".
[[nodiscard]] inline std::string_view type_of(const Event& event) {
  return visit_event(event, [](const auto& each) { return std::decay_t<decltype(each)>::kName; });
}

// The call it belongs to; none for datagrams and for what belongs to no call.
[[nodiscard]] inline CallId call_of(const Event& event) {
  return visit_event(event, [](const auto& each) -> CallId {
    if constexpr (requires { each.call; })
      return each.call;
    else
      return {};
  });
}

// The event as an E, or null: get_event<CallTerminating>(record.event).
template <class E>
[[nodiscard]] const E* get_event(const Event& event) {
  return visit_event(event, [](const auto& each) -> const E* {
    if constexpr (std::is_same_v<std::decay_t<decltype(each)>, E>)
      return &each;
    else
      return nullptr;
  });
}

}  // namespace model
}  // namespace lastcall
