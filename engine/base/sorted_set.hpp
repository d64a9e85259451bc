#pragma once
// A set in order. Few entries stand in one block of memory, as in Table: that is the set of a
// simulated call, which is copied far more often than it grows. More of them are a tree.

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>
#include <vector>

namespace lastcall {
inline namespace base {

template <class T>
class SortedSet {
 public:
  // Adds what is not in it yet.
  void insert(const T& value) {
    if (!many_.empty()) {
      many_.insert(value);
      return;
    }
    const auto it = std::ranges::lower_bound(few_, value);
    if (it != few_.end() && *it == value) return;
    if (few_.size() < kFew) {
      few_.insert(it, value);
      return;
    }
    many_.insert(few_.begin(), few_.end());
    many_.insert(value);
    few_.clear();
  }
  // Removes what is in it.
  void erase(const T& value) {
    if (!many_.empty()) {
      many_.erase(value);
      return;
    }
    const auto it = std::ranges::lower_bound(few_, value);
    if (it != few_.end() && *it == value) few_.erase(it);
  }
  [[nodiscard]] bool contains(const T& value) const {
    return many_.empty() ? std::ranges::binary_search(few_, value) : many_.contains(value);
  }
  [[nodiscard]] std::size_t size() const { return few_.size() + many_.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  // The smallest. REQUIRES: it is not empty.
  [[nodiscard]] const T& front() const { return many_.empty() ? few_.front() : *many_.begin(); }

  // Calls f for each in order, until it returns false.
  template <class F>
  void for_each_while(F&& f) const {
    if (std::ranges::all_of(few_, f)) (void)std::ranges::all_of(many_, f);
  }

  // Equal when they hold the same, however it came in.
  bool operator==(const SortedSet& other) const {
    if (many_.empty() == other.many_.empty()) return few_ == other.few_ && many_ == other.many_;
    const bool here = many_.empty();
    return std::ranges::equal(here ? few_ : other.few_, here ? other.many_ : many_);
  }

 private:
  static constexpr std::size_t kFew = 32;

  // All stand in the one or in the other.
  std::vector<T> few_;
  std::set<T> many_;
};

}  // namespace base
}  // namespace lastcall
