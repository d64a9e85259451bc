#include "engine/core/state.hpp"

#include "engine/base/hash.hpp"

#include <algorithm>

namespace lastcall::core {
namespace {

// Event index 0 is the world's; layer i has index i + 1.
template <std::size_t I = 0>
void apply_to_layer(State& state, const LayerTable& table, const Event& event) {
  if constexpr (I < std::tuple_size_v<LayerTable>) {
    if (event.index() == I + 1) {
      std::get<I>(table).apply(std::get<I>(state.layers), std::get<I + 1>(event));
    } else {
      apply_to_layer<I + 1>(state, table, event);
    }
  }
}

template <class... Ls>
void forget_everywhere(State& state, CallId call, LayerList<Ls...>) {
  (
      [&] {
        if constexpr (requires { Ls::forget(std::get<typename Ls::State>(state.layers), call); }) {
          Ls::forget(std::get<typename Ls::State>(state.layers), call);
        }
      }(),
      ...);
}

}  // namespace

void fold_event(State& state, const LayerTable& table, const Event& event) {
  apply_to_layer(state, table, event);
  state.directory.apply(event);
  if (const auto* end = get_event<CallTerminated>(event)) {
    state.directory.release(*end);
    forget_everywhere(state, end->call, Layers{});
  }
}

Instant next_deadline(const State& state) {
  return std::apply(
      [](const auto&... each) {
        Instant soonest = kNever;
        (
            [&] {
              if constexpr (requires { each.deadlines; }) {
                soonest = std::min(soonest, each.deadlines.next());
              }
            }(),
            ...);
        return soonest;
      },
      state.layers);
}

std::uint64_t hash_of_state(const State& state) {
  return std::apply([&](const auto&... each) { return hash_of(0, state.directory, each...); },
                    state.layers);
}

}  // namespace lastcall::core
