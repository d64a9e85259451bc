#include "engine/log/codec.hpp"

#include "engine/log/json_reader.hpp"
#include "engine/log/json_writer.hpp"

#include <boost/json.hpp>

#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

namespace lastcall::log {
namespace {

template <class T>
consteval std::size_t count_wires() {
  return std::apply(
      []<class... F>(F... fields) {
        return (
            std::size_t{0} + ... +
            std::is_same_v<std::remove_cvref_t<decltype(std::declval<T>().*fields.member)>, Wire>);
      },
      T::kFields);
}

// Calls f(wire) for the raw bytes of `fact`, if its type has them.
template <class Fact, class F>
void for_wire(Fact& fact, F&& f) {
  static_assert(count_wires<std::remove_const_t<Fact>>() <= 1, "an event has at most one Wire");
  for_each_field(fact, [&](std::string_view, auto& value) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, Wire>) f(value);
  });
}

using Bytes = std::optional<std::string_view>;
using Decoded = std::expected<Event, DecodeError>;

template <class Group, class Fact>
Decoded decode_fact(const boost::json::value& json, Bytes wire) {
  Fact fact;
  JsonReader reader;
  if (!reader.read(json, fact)) {
    return std::unexpected(
        DecodeError{std::string{Fact::kName} + reader.error().where, reader.error().sentence});
  }
  if (wire && count_wires<Fact>() == 0) {
    return std::unexpected(DecodeError{std::string{Fact::kName}, "has raw bytes beside it"});
  }
  for_wire(fact, [&](Wire& each) { each.bytes = wire.value_or(""); });
  return Group{std::move(fact)};
}

struct EventType {
  LayerId layer = LayerId::kWorld;
  std::string_view name;
  Decoded (*decode)(const boost::json::value&, Bytes) = nullptr;
};

template <std::size_t Layer>
using GroupAt = std::variant_alternative_t<Layer, Event>;

template <std::size_t... Layer>
consteval std::size_t count_types(std::index_sequence<Layer...>) {
  return (std::variant_size_v<GroupAt<Layer>> + ...);
}
constexpr auto kLayers = std::make_index_sequence<std::variant_size_v<Event>>{};
using EventTypes = std::array<EventType, count_types(kLayers)>;

template <std::size_t Layer, std::size_t... Fact>
constexpr void add_types(EventTypes& types, std::size_t& size, std::index_sequence<Fact...>) {
  using Group = GroupAt<Layer>;
  ((types[size++] = {static_cast<LayerId>(Layer), std::variant_alternative_t<Fact, Group>::kName,
                     &decode_fact<Group, std::variant_alternative_t<Fact, Group>>}),
   ...);
}

// Every type of event, read off the Event variant.
constexpr EventTypes kTypes = []<std::size_t... Layer>(std::index_sequence<Layer...>) {
  EventTypes types{};
  std::size_t size = 0;
  (add_types<Layer>(types, size, std::make_index_sequence<std::variant_size_v<GroupAt<Layer>>>{}),
   ...);
  return types;
}(kLayers);

consteval bool names_differ() {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (kTypes[i].name == kTypes[j].name) return false;
    }
  }
  return true;
}
static_assert(names_differ(), "a type name means one event");

const EventType* find_type(std::string_view layer, std::string_view type) {
  for (const EventType& each : kTypes) {
    if (each.name == type) return name(each.layer) == layer ? &each : nullptr;
  }
  return nullptr;
}

// Parses again, to learn where it goes wrong.
DecodeError syntax_error(std::string_view data) {
  boost::json::parser parser;
  boost::json::error_code error;
  const std::size_t size = parser.write(data, error);
  return {"byte " + std::to_string(size), "no JSON: " + error.message()};
}

}  // namespace

void encode(const Event& event, Encoded& out) {
  out.layer = name(layer_of(event));
  out.call = call_of(event);
  out.data.clear();
  out.wire.reset();
  visit_event(event, [&](const auto& fact) {
    out.type = fact.kName;
    JsonWriter{out.data}.write(fact);
    for_wire(fact, [&](const Wire& wire) { out.wire = wire.bytes; });
  });
}

Decoded decode(std::string_view layer, std::string_view type, std::string_view data, Bytes wire) {
  const EventType* known = find_type(layer, type);
  if (!known) {
    return std::unexpected(DecodeError{std::string{layer} + "/" + std::string{type},
                                       "this engine knows no such event"});
  }
  std::array<unsigned char, 4096> space;
  boost::json::monotonic_resource memory{space.data(), space.size()};
  boost::json::error_code error;
  const boost::json::value json = boost::json::parse(data, error, &memory);
  if (error) return std::unexpected(syntax_error(data));
  return known->decode(json, wire);
}

}  // namespace lastcall::log
