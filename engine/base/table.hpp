#pragma once
// A hash table for lookup only: it cannot be iterated, so no order can leak out of it (a rule that
// keeps runs repeatable). Equal when it holds the same entries, however they came in.

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace lastcall {
inline namespace base {

template <class Key, class Value>
class Table {
 public:
  // The value of `key`, or null. The pointer is valid until the next change of the table.
  [[nodiscard]] const Value* find(const Key& key) const {
    const auto it = map_.find(key);
    return it == map_.end() ? nullptr : &it->second;
  }
  [[nodiscard]] Value* find(const Key& key) {
    const auto it = map_.find(key);
    return it == map_.end() ? nullptr : &it->second;
  }
  [[nodiscard]] bool contains(const Key& key) const { return map_.contains(key); }
  [[nodiscard]] std::size_t size() const { return map_.size(); }
  [[nodiscard]] bool empty() const { return map_.empty(); }

  // Adds or replaces; returns the stored value.
  Value& put(const Key& key, Value value) {
    return map_.insert_or_assign(key, std::move(value)).first->second;
  }
  // Removes; false if there was none.
  bool erase(const Key& key) { return map_.erase(key) > 0; }

  bool operator==(const Table&) const = default;

  // Folds all entries with a commutative f(key, value) -> integer: for hashes of states.
  template <class F>
  [[nodiscard]] std::uint64_t sum(F&& f) const {
    std::uint64_t total = 0;
    for (const auto& [key, value] : map_) total += f(key, value);
    return total;
  }

 private:
  std::unordered_map<Key, Value> map_;
};

}  // namespace base
}  // namespace lastcall
