#pragma once
// JsonWriter writes described values as JSON text, members in declared order, without white space.
// It goes by kFields and skips Wire. It makes no choices of layout and writes no floats. For
// the codec, and for whoever shows the same structs as JSON.
//
// A string may hold any bytes, but JSON text must be UTF-8. A byte 0x80 to 0xFF that is no part of
// valid UTF-8 is written as the private character U+EF80 to U+EFFF (its low byte is the byte). A
// genuine character of that range is written as its three bytes in the same way, so reading back is
// exact for every string.

#include "engine/base/check.hpp"
#include "engine/base/enum_set.hpp"
#include "engine/base/fields.hpp"
#include "engine/base/ids.hpp"
#include "engine/base/time.hpp"
#include "engine/model/input.hpp"

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lastcall::log {

class JsonWriter {
 public:
  // Appends to `out`.
  explicit JsonWriter(std::string& out) : out_(out) {}

  void write(bool value) { out_ += value ? "true" : "false"; }
  template <class T>
    requires(std::integral<T> && !std::same_as<T, bool>)
  void write(T value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, end);
  }
  void write(std::string_view text);
  void write(const std::string& text) { write(std::string_view{text}); }
  template <class Tag>
  void write(Id<Tag> id) {
    out_ += '"';
    out_ += to_hex(id);
    out_ += '"';
  }
  void write(Instant at) { write(to_ns(at)); }
  void write(Duration length) { write(length.count()); }
  template <NamedEnum E>
  void write(E value) {
    CHECK(static_cast<std::size_t>(value) < kEnumSize<E>, "an enumerator stands in its table");
    out_ += '"';
    out_ += name(value);
    out_ += '"';
  }
  template <class E>
  void write(const EnumSet<E>& set) {
    out_ += '[';
    std::string_view comma;
    set.for_each([&](E each) {
      out_ += comma;
      write(each);
      comma = ",";
    });
    out_ += ']';
  }
  template <class T>
  void write(const std::vector<T>& values) {
    out_ += '[';
    std::string_view comma;
    for (const T& each : values) {
      out_ += comma;
      write(each);
      comma = ",";
    }
    out_ += ']';
  }
  template <Described T>
  void write(const T& object) {
    static_assert(!std::is_same_v<T, Wire>, "raw bytes stand beside the JSON, not inside it");
    out_ += '{';
    std::string_view comma;
    for_each_field(object, [&](std::string_view name, const auto& value) {
      if (!is_written(value)) return;
      out_ += comma;
      out_ += '"';
      out_ += name;
      out_ += "\":";
      write_value(value);
      comma = ",";
    });
    out_ += '}';
  }

 private:
  template <class T>
  [[nodiscard]] static bool is_written(const T&) {
    return !std::is_same_v<T, Wire>;
  }
  template <class T>
  [[nodiscard]] static bool is_written(const std::optional<T>& value) {
    return value.has_value();
  }
  template <class T>
  void write_value(const T& value) {
    if constexpr (!std::is_same_v<T, Wire>) write(value);
  }
  template <class T>
  void write_value(const std::optional<T>& value) {
    write(*value);
  }

  std::string& out_;
};

}  // namespace lastcall::log
