#pragma once
// Hashes of described values (XXH3). Two uses: the 128-bit rolling hash of a run, fed with every
// event and choice, and hashes of states that ignore how a state came about. Never used to defend
// against a chosen collision; seeds keep strangers from steering them.

#include "engine/base/enum_set.hpp"
#include "engine/base/fields.hpp"
#include "engine/base/ids.hpp"
#include "engine/base/table.hpp"
#include "engine/base/time.hpp"

#include <xxhash.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lastcall {
inline namespace base {

// Bytes in a canonical binary form, gathered to be hashed in one go.
class HashInput {
 public:
  template <class T>
    requires std::integral<T> || std::is_enum_v<T>
  void add(T value) {
    add_word(static_cast<std::uint64_t>(value));
  }
  void add(std::string_view text) {
    add_word(text.size());
    bytes_.append(text);
  }
  void add(const std::string& text) { add(std::string_view{text}); }
  template <class Tag>
  void add(Id<Tag> id) {
    add_word(id.value);
  }
  void add(Instant at) { add_word(static_cast<std::uint64_t>(to_ns(at))); }
  void add(Duration length) { add_word(static_cast<std::uint64_t>(length.count())); }
  template <class E>
  void add(const EnumSet<E>& set) {
    add_word(set.bits());
  }
  template <class T>
  void add(const std::optional<T>& value) {
    add_word(value ? 1 : 0);
    if (value) add(*value);
  }
  template <class A, class B>
  void add(const std::pair<A, B>& value) {
    add(value.first);
    add(value.second);
  }
  template <class T>
  void add(const std::vector<T>& values) {
    add_word(values.size());
    for (const T& value : values) add(value);
  }
  template <class K, class V>
  void add(const std::map<K, V>& values) {
    add_word(values.size());
    for (const auto& each : values) add(each);
  }
  template <class T>
  void add(const std::set<T>& values) {
    add_word(values.size());
    for (const T& value : values) add(value);
  }
  template <class... Ts>
  void add(const std::variant<Ts...>& value) {
    add_word(value.index());
    std::visit([this](const auto& each) { this->add(each); }, value);
  }
  template <Described T>
  void add(const T& object) {
    for_each_field(object, [this](std::string_view, const auto& value) { this->add(value); });
  }
  template <class K, class V>
  void add(const Table<K, V>& table) {
    add_word(table.sum([](const K& key, const V& value) {
      HashInput entry;
      entry.add(key);
      entry.add(value);
      return entry.hash64(0);
    }));
  }
  void add(std::monostate) {}

  [[nodiscard]] std::uint64_t hash64(std::uint64_t seed) const {
    return XXH3_64bits_withSeed(bytes_.data(), bytes_.size(), seed);
  }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  void add_word(std::uint64_t word) {
    bytes_.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  std::string bytes_;
};

// The rolling hash of a run: each addition folds in the value before it.
class RollingHash {
 public:
  template <class T>
  void add(const T& value) {
    input_.clear();
    input_.add(low_);
    input_.add(high_);
    input_.add(value);
    const XXH128_hash_t next = XXH3_128bits(input_.bytes().data(), input_.bytes().size());
    low_ = next.low64;
    high_ = next.high64;
  }
  // 32 hex digits.
  [[nodiscard]] std::string text() const { return to_hex(high_) + to_hex(low_); }
  bool operator==(const RollingHash& other) const {
    return low_ == other.low_ && high_ == other.high_;
  }

 private:
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
  HashInput input_;  // kept for its capacity
};

// A 64-bit hash of any mix of hashable values, in order.
template <class... Ts>
[[nodiscard]] std::uint64_t hash_of(std::uint64_t seed, const Ts&... values) {
  HashInput input;
  (input.add(values), ...);
  return input.hash64(seed);
}

}  // namespace base
}  // namespace lastcall
