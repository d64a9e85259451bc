#pragma once
// Arbitrary values of every type that may stand in an event, made through kFields, for properties
// over all events. Call only inside a RapidCheck property.

#include "engine/base/enum_set.hpp"
#include "engine/base/fields.hpp"
#include "engine/base/ids.hpp"
#include "engine/base/time.hpp"
#include "engine/model/event.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::log {

// Fills a value with anything its type allows.
struct Arbitrary {
  void fill(bool& value) const { value = *rc::gen::arbitrary<bool>(); }
  template <class T>
    requires(std::integral<T> && !std::same_as<T, bool>)
  void fill(T& value) const {
    using Limits = std::numeric_limits<T>;
    value = *rc::gen::oneOf(rc::gen::arbitrary<T>(),
                            rc::gen::element<T>(0, Limits::min(), Limits::max()));
  }
  void fill(std::string& value) const {
    using namespace std::string_literals;
    value = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    // A zero, quotes, valid UTF-8 of each length, a stand-in for a byte, a surrogate, a cut-off
    // character, an overlong one, one beyond the last.
    value += *rc::gen::element(""s, "\0"s, "\"\\/\n\x7f"s, "\xc3\xa9"s, "\xe2\x82\xac"s,
                               "\xf0\x9f\x93\x9e"s, "\xee\xbe\x80"s, "\xee\xbf\xbf"s,
                               "\xed\xa0\x80"s, "\xe2\x82"s, "\xc0\xaf"s, "\xf4\x90\x80\x80"s);
  }
  template <class Tag>
  void fill(Id<Tag>& value) const {
    fill(value.value);
  }
  void fill(Instant& value) const { value = instant_ns(any<std::int64_t>()); }
  void fill(Duration& value) const { value = Duration{any<std::int64_t>()}; }
  template <NamedEnum E>
  void fill(E& value) const {
    value = static_cast<E>(*rc::gen::inRange<std::size_t>(0, kEnumSize<E>));
  }
  template <class E>
  void fill(EnumSet<E>& value) const {
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) value.insert(any<E>());
  }
  template <class T>
  void fill(std::optional<T>& value) const {
    if (any<bool>()) fill(value.emplace());
  }
  template <class T>
  void fill(std::vector<T>& value) const {
    value.resize(*rc::gen::inRange<std::size_t>(0, 4));
    for (T& each : value) fill(each);
  }
  template <Described T>
  void fill(T& object) const {
    for_each_field(object, [this](std::string_view, auto& value) { this->fill(value); });
  }

  template <class T>
  [[nodiscard]] T any() const {
    T value{};
    fill(value);
    return value;
  }
};

// Calls f.operator()<Fact>() for every type of event.
template <class F>
void for_each_event_type(F&& f) {
  const auto each_fact = [&]<class... Fact>(const std::variant<Fact...>*) {
    (f.template operator()<Fact>(), ...);
  };
  const auto each_group = [&]<class... Group>(const std::variant<Group...>*) {
    (each_fact(static_cast<const Group*>(nullptr)), ...);
  };
  each_group(static_cast<const Event*>(nullptr));
}

}  // namespace lastcall::log
