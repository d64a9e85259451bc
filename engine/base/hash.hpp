#pragma once
// Hashes of described values (XXH3). Two uses: the 128-bit rolling hash of a run, fed with every
// event and choice, and hashes of states that ignore how a state came about. Never used to defend
// against a chosen collision; seeds keep strangers from steering them.

#include "engine/base/enum_set.hpp"
#include "engine/base/fields.hpp"
#include "engine/base/ids.hpp"
#include "engine/base/sorted_set.hpp"
#include "engine/base/table.hpp"
#include "engine/base/time.hpp"

#include <boost/container/small_vector.hpp>
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
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
    if (!text.empty()) std::memcpy(space(text.size()), text.data(), text.size());
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
  void add(const SortedSet<T>& values) {
    add_word(values.size());
    values.for_each_while([this](const T& value) {
      this->add(value);
      return true;
    });
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
    return XXH3_64bits_withSeed(bytes_.data(), size_, seed);
  }
  [[nodiscard]] std::string_view bytes() const { return {bytes_.data(), size_}; }
  void clear() { size_ = 0; }

 private:
  void add_word(std::uint64_t word) { std::memcpy(space(sizeof word), &word, sizeof word); }
  // Where the next so many bytes go.
  [[gnu::always_inline]] char* space(std::size_t size) {
    if (bytes_.size() - size_ < size) grow(size);
    char* at = bytes_.data() + size_;
    size_ += size;
    return at;
  }
  [[gnu::noinline]] void grow(std::size_t size) {
    bytes_.resize(std::max(2 * bytes_.size(), size_ + size), boost::container::default_init);
  }

  // The first `size_` of them count. Most inputs are shorter than this.
  boost::container::small_vector<char, 224> bytes_{224, boost::container::default_init};
  std::size_t size_ = 0;
};

// The rolling hash of a run: of all that was added until now, in order. Each portion begins with
// the hash of what came before it.
class RollingHash {
 public:
  template <class... Ts>
  void add(const Ts&... values) {
    (input_.add(values), ...);
    if (input_.bytes().size() < kPortion) return;
    const XXH128_hash_t hash = portion();
    input_.clear();
    input_.add(hash.low64);
    input_.add(hash.high64);
  }
  // 32 hex digits.
  [[nodiscard]] std::string text() const {
    const XXH128_hash_t hash = portion();
    return to_hex(hash.high64) + to_hex(hash.low64);
  }

 private:
  static constexpr std::size_t kPortion = 1024;
  [[nodiscard]] XXH128_hash_t portion() const {
    return XXH3_128bits(input_.bytes().data(), input_.bytes().size());
  }

  HashInput input_;
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
