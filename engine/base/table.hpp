#pragma once
// A table for lookup only: it cannot be iterated, so no order can leak out of it (a rule that keeps
// runs repeatable). Equal when it holds the same entries, however they came in.
//
// Few entries stand in one block of memory, found by looking at each: that is the table of a
// simulated call, which is copied far more often than it grows. More of them are hashed.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lastcall {
inline namespace base {

template <class Key, class Value>
class Table {
 public:
  // The value of `key`, or null. The pointer is valid until the next change of the table.
  [[nodiscard]] const Value* find(const Key& key) const {
    if (!many_.empty()) {
      const auto it = many_.find(key);
      return it == many_.end() ? nullptr : &it->second;
    }
    const auto it = std::ranges::find(few_, key, &Entry::first);
    return it == few_.end() ? nullptr : &it->second;
  }
  [[nodiscard]] Value* find(const Key& key) {
    return const_cast<Value*>(std::as_const(*this).find(key));
  }
  [[nodiscard]] bool contains(const Key& key) const { return find(key) != nullptr; }
  [[nodiscard]] std::size_t size() const { return few_.size() + many_.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }

  // Adds or replaces; returns the stored value.
  Value& put(const Key& key, Value value) {
    if (Value* known = find(key)) return *known = std::move(value);
    if (many_.empty() && few_.size() < kFew) {
      return few_.emplace_back(key, std::move(value)).second;
    }
    for (Entry& each : few_) many_.emplace(each.first, std::move(each.second));
    few_.clear();
    return many_.emplace(key, std::move(value)).first->second;
  }
  // Removes; false if there was none.
  bool erase(const Key& key) {
    if (!many_.empty()) return many_.erase(key) > 0;
    const auto it = std::ranges::find(few_, key, &Entry::first);
    if (it == few_.end()) return false;
    if (it != std::prev(few_.end())) *it = std::move(few_.back());
    few_.pop_back();
    return true;
  }

  bool operator==(const Table& other) const {
    return size() == other.size() && all_of([&](const Key& key, const Value& value) {
             const Value* same = other.find(key);
             return same != nullptr && *same == value;
           });
  }

  // Folds all entries with a commutative f(key, value) -> integer: for hashes of states.
  template <class F>
  [[nodiscard]] std::uint64_t sum(F&& f) const {
    std::uint64_t total = 0;
    (void)all_of([&](const Key& key, const Value& value) {
      total += f(key, value);
      return true;
    });
    return total;
  }

 private:
  using Entry = std::pair<Key, Value>;
  static constexpr std::size_t kFew = 16;

  template <class F>
  [[nodiscard]] bool all_of(F&& f) const {
    const auto holds = [&](const auto& each) { return f(each.first, each.second); };
    return std::ranges::all_of(few_, holds) && std::ranges::all_of(many_, holds);
  }

  // All entries stand in the one or in the other.
  std::vector<Entry> few_;
  std::unordered_map<Key, Value> many_;
};

}  // namespace base
}  // namespace lastcall
