#pragma once
// match(variant, arms...): an exhaustive switch over a variant; a new alternative does not compile
// until every match has an arm for it.

#include <utility>
#include <variant>

namespace lastcall {
inline namespace base {

template <class... Arms>
struct Overloaded : Arms... {
  using Arms::operator()...;
};

template <class Variant, class... Arms>
constexpr decltype(auto) match(Variant&& variant, Arms&&... arms) {
  return std::visit(Overloaded<std::decay_t<Arms>...>{std::forward<Arms>(arms)...},
                    std::forward<Variant>(variant));
}

}  // namespace base
}  // namespace lastcall
