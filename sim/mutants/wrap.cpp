#include "sim/mutants/wrap.hpp"

namespace lastcall::sim {
namespace {

// Calls f(a function of `a`, the same one of `b`, the real one) for all of them.
template <class F>
void for_each_function(core::LayerTable& a, const core::LayerTable& b, F&& f) {
  const auto each = [&](auto index) {
    constexpr std::size_t kAt = decltype(index)::value;
    auto& mine = std::get<kAt>(a);
    const auto& theirs = std::get<kAt>(b);
    const std::remove_reference_t<decltype(mine)> real;
    f(mine.decide, theirs.decide, real.decide);
    f(mine.apply, theirs.apply, real.apply);
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (each(std::integral_constant<std::size_t, I>{}), ...);
  }(std::make_index_sequence<std::tuple_size_v<core::LayerTable>>{});
}

}  // namespace

core::LayerTable joined(const core::LayerTable& a, const core::LayerTable& b) {
  core::LayerTable both = a;
  for_each_function(both, b, [](auto& mine, auto theirs, auto real) {
    if (theirs != real) mine = theirs;
  });
  return both;
}

bool can_join(const core::LayerTable& a, const core::LayerTable& b) {
  core::LayerTable copy = a;
  bool can = true;
  for_each_function(copy, b, [&](auto& mine, auto theirs, auto real) {
    can = can && (mine == real || theirs == real);
  });
  return can;
}

}  // namespace lastcall::sim
