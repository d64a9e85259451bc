#pragma once
// THE list of layers. A layer's name stands here once; state, kernel, directory of functions and
// the set of layers that must confirm follow from it.

#include "engine/core/client.hpp"
#include "engine/core/dialog.hpp"
#include "engine/core/media.hpp"
#include "engine/core/registration.hpp"
#include "engine/core/session.hpp"
#include "engine/core/transaction.hpp"

#include <tuple>

namespace lastcall::core {

template <class... Ls>
struct LayerList {};

// In the order of LayerId, of Mail and of Event.
using Layers = LayerList<TransactionLayer, DialogLayer, SessionLayer, MediaLayer, ClientLayer,
                         RegistrationLayer>;

// A layer's functions as the kernel calls them. A test or a mutant may replace an entry.
template <class L>
struct LayerFunctions {
  void (*decide)(const typename L::State&, const typename L::Input&, const Context&,
                 Outbox&) = &L::decide;
  void (*apply)(typename L::State&, const typename L::Event&) = &L::apply;
};

template <class List>
struct ForEachLayer;
template <class... Ls>
struct ForEachLayer<LayerList<Ls...>> {
  using States = std::tuple<typename Ls::State...>;
  using Functions = std::tuple<LayerFunctions<Ls>...>;
  template <class L>
  static constexpr bool kConfirms = requires { L::kCleanup; };

  template <class L>
  static constexpr void add_cleanup([[maybe_unused]] CleanupLayers& set) {
    if constexpr (kConfirms<L>) set.insert(L::kCleanup);
  }

  // The layers that must confirm before a call's ids are released.
  [[nodiscard]] static constexpr CleanupLayers cleanup_layers() {
    CleanupLayers set;
    (add_cleanup<Ls>(set), ...);
    return set;
  }
};

using LayerStates = ForEachLayer<Layers>::States;
using LayerTable = ForEachLayer<Layers>::Functions;

}  // namespace lastcall::core
