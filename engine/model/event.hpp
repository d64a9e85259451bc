#pragma once
// Event: everything that can stand in the log. Record: one line of it. An event is a fact that has
// happened; it is never changed, and state is the fold of events.

#include "engine/base/match.hpp"
#include "engine/model/client_event.hpp"
#include "engine/model/dialog_event.hpp"
#include "engine/model/input.hpp"
#include "engine/model/media_event.hpp"
#include "engine/model/registration_event.hpp"
#include "engine/model/session_event.hpp"
#include "engine/model/transaction_event.hpp"

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace lastcall {
inline namespace model {

// In the order of LayerId: what the world said, then the facts of each layer.
using Event = std::variant<Input, TransactionEvent, DialogEvent, SessionEvent, MediaEvent,
                           ClientEvent, RegistrationEvent>;

// One line of the log. `cause` is the position of the event that led to this one; 0 for an input.
struct Record {
  Position pos = 0;
  Instant at;
  Position cause = 0;
  Event event;
  bool operator==(const Record&) const = default;
};

template <class Fact, class Group>
inline constexpr bool kIsIn = false;
template <class Fact, class... Facts>
inline constexpr bool kIsIn<Fact, std::variant<Facts...>> = (std::is_same_v<Fact, Facts> || ...);

// The place in a variant of variants of the one that holds a Fact.
template <class Fact, class... Groups>
constexpr std::size_t place_of(std::type_identity<std::variant<Groups...>>) {
  constexpr bool kHolds[] = {kIsIn<Fact, Groups>...};
  std::size_t place = 0;
  while (!kHolds[place]) ++place;
  return place;
}

// The group of events that a fact belongs to.
template <class Fact>
using GroupOf = std::variant_alternative_t<place_of<Fact>(std::type_identity<Event>{}), Event>;

// Wraps a fact into the event of the group it belongs to.
template <class Fact>
[[nodiscard]] Event event_of(Fact fact) {
  return Event{std::in_place_type<GroupOf<Fact>>, std::move(fact)};
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
[[nodiscard]] std::string_view type_of(const Event& event);

// The call it belongs to; none for datagrams and for what belongs to no call.
[[nodiscard]] CallId call_of(const Event& event);
[[nodiscard]] CallId call_of(const Input& input);

// The event as a Fact, or null: get_event<CallTerminating>(record.event).
template <class Fact>
[[nodiscard]] const Fact* get_event(const Event& event) {
  const auto* group = std::get_if<GroupOf<Fact>>(&event);
  return group == nullptr ? nullptr : std::get_if<Fact>(group);
}

}  // namespace model
}  // namespace lastcall
