#pragma once
// JsonReader reads parsed JSON into described structs, strictly: each member must be there with the
// right kind (only an optional may be absent or null), and none may be unknown. It converts
// nothing silently: a float or a number out of range is an error. For the codec only.

#include "engine/log/codec.hpp"
#include "engine/log/utf8.hpp"

#include <boost/json.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lastcall::log {

class JsonReader {
 public:
  // Reads `json` into `value`; false, with error() set, if it does not fit. `value` is then of no
  // use.
  [[nodiscard]] bool read(const boost::json::value& json, bool& value) {
    if (!json.is_bool()) return refuse("expected true or false");
    value = json.get_bool();
    return true;
  }
  template <class T>
    requires(std::integral<T> && !std::same_as<T, bool>)
  [[nodiscard]] bool read(const boost::json::value& json, T& value) {
    if (const std::int64_t* small = json.if_int64()) return take_integer(*small, value);
    if (const std::uint64_t* big = json.if_uint64()) return take_integer(*big, value);
    return refuse("expected an integer");
  }
  [[nodiscard]] bool read(const boost::json::value& json, std::string& value) {
    if (!json.is_string()) return refuse("expected a string");
    value = with_bytes(text_of(json));
    return true;
  }
  template <class Tag>
  [[nodiscard]] bool read(const boost::json::value& json, Id<Tag>& value) {
    const auto number = json.is_string() ? from_hex(text_of(json)) : std::nullopt;
    if (!number || text_of(json).size() != 16) return refuse("expected an id of 16 hex digits");
    value.value = *number;
    return true;
  }
  [[nodiscard]] bool read(const boost::json::value& json, Instant& value) {
    std::int64_t ns = 0;
    if (!read(json, ns)) return false;
    value = instant_ns(ns);
    return true;
  }
  [[nodiscard]] bool read(const boost::json::value& json, Duration& value) {
    std::int64_t ns = 0;
    if (!read(json, ns)) return false;
    value = Duration{ns};
    return true;
  }
  template <NamedEnum E>
  [[nodiscard]] bool read(const boost::json::value& json, E& value) {
    const auto found = json.is_string() ? named<E>(text_of(json)) : std::nullopt;
    if (!found) return refuse("expected one of " + all_names<E>());
    value = *found;
    return true;
  }
  template <class E>
  [[nodiscard]] bool read(const boost::json::value& json, EnumSet<E>& value) {
    std::vector<E> members;
    if (!read(json, members)) return false;
    for (const E each : members) value.insert(each);
    return true;
  }
  template <class T>
  [[nodiscard]] bool read(const boost::json::value& json, std::optional<T>& value) {
    if (json.is_null()) return true;
    return read(json, value.emplace());
  }
  template <class T>
  [[nodiscard]] bool read(const boost::json::value& json, std::vector<T>& values) {
    if (!json.is_array()) return refuse("expected an array");
    for (const boost::json::value& each : json.get_array()) {
      if (!read(each, values.emplace_back())) {
        return within("[" + std::to_string(values.size() - 1) + "]");
      }
    }
    return true;
  }
  template <Described T>
  [[nodiscard]] bool read(const boost::json::value& json, T& object) {
    if (!json.is_object()) return refuse("expected an object");
    const boost::json::object& members = json.get_object();
    bool good = true;
    std::size_t used = 0;
    for_each_field(object, [&](std::string_view name, auto& value) {
      if (good) good = read_member(members, name, value, used);
    });
    if (good && used != members.size()) return refuse_unknown(members, object);
    return good;
  }

  // What was wrong, after a read() that returned false.
  [[nodiscard]] const DecodeError& error() const { return error_; }

 private:
  template <class T>
  struct IsOptional : std::false_type {};
  template <class T>
  struct IsOptional<std::optional<T>> : std::true_type {};

  template <class T>
  bool read_member(const boost::json::object& members, std::string_view name, T& value,
                   std::size_t& used) {
    if constexpr (std::is_same_v<T, Wire>) {
      return true;
    } else {
      const boost::json::value* found = members.if_contains(name);
      if (!found && IsOptional<T>::value) return true;
      if (!found) return refuse("is missing") || within("." + std::string{name});
      ++used;
      return read(*found, value) || within("." + std::string{name});
    }
  }

  template <class T>
  bool refuse_unknown(const boost::json::object& members, const T& object) {
    for (const auto& member : members) {
      bool known = false;
      for_each_field(object, [&](std::string_view name, const auto& value) {
        known |= name == std::string_view{member.key()} &&
                 !std::is_same_v<std::decay_t<decltype(value)>, Wire>;
      });
      if (!known) return refuse("is unknown") || within("." + std::string{member.key()});
    }
    return refuse("has a member twice");
  }

  template <class From, class To>
  bool take_integer(From from, To& to) {
    if (!std::in_range<To>(from)) {
      return refuse("expected an integer from " + std::to_string(std::numeric_limits<To>::min()) +
                    " to " + std::to_string(std::numeric_limits<To>::max()));
    }
    to = static_cast<To>(from);
    return true;
  }

  template <NamedEnum E>
  static std::string all_names() {
    std::string names;
    for (const std::string_view each : names_of(E{})) {
      if (!names.empty()) names += ", ";
      names += each;
    }
    return names;
  }

  static std::string_view text_of(const boost::json::value& json) {
    const boost::json::string& text = json.get_string();
    return {text.data(), text.size()};
  }

  bool refuse(std::string sentence) {
    error_ = {.where = "", .sentence = std::move(sentence)};
    return false;
  }
  // Puts the place of the error in front, from the inside out.
  bool within(std::string place) {
    error_.where.insert(0, place);
    return false;
  }

  DecodeError error_;
};

}  // namespace lastcall::log
