#pragma once
// What mutants are written with: looking at a decision of the real layer, taking something out of
// it, deciding on a doctored copy of its state. Only sim/mutants uses it.

#include "engine/core/layers.hpp"

#include <algorithm>
#include <variant>

namespace lastcall::sim {

using core::Context;
using core::DialogLayer;
using core::MediaLayer;
using core::Outbox;
using core::SessionLayer;
using core::TransactionLayer;

// This piece of mail as a Piece to that layer, or null: piece<ToDialog, Accept>(mail).
template <class ToLayer, class Piece>
[[nodiscard]] const Piece* piece(const Mail& mail) {
  const auto* to_layer = std::get_if<ToLayer>(&mail);
  return to_layer == nullptr ? nullptr : std::get_if<Piece>(to_layer);
}

// Takes out all mail of this kind of which `which` is true.
template <class ToLayer, class Piece, class Which>
void drop_mail(Outbox& out, Which&& which) {
  std::erase_if(out.mail, [&](const Mail& mail) {
    const Piece* each = piece<ToLayer, Piece>(mail);
    return each != nullptr && which(*each);
  });
}
template <class ToLayer, class Piece>
void drop_mail(Outbox& out) {
  drop_mail<ToLayer, Piece>(out, [](const Piece&) { return true; });
}

// The same for events and for orders.
template <class Fact, class Which>
void drop_events(Outbox& out, Which&& which) {
  std::erase_if(out.events, [&](const Event& event) {
    const Fact* fact = get_event<Fact>(event);
    return fact != nullptr && which(*fact);
  });
}
template <class Fact>
void drop_events(Outbox& out) {
  drop_events<Fact>(out, [](const Fact&) { return true; });
}
template <class Order>
void drop_orders(Outbox& out) {
  std::erase_if(out.outputs, [](const core::GatedOutput& each) {
    return std::holds_alternative<Order>(each.output);
  });
}

// The first fact of this kind that was recorded, or null.
template <class Fact>
[[nodiscard]] const Fact* recorded(const Outbox& out) {
  for (const Event& event : out.events) {
    if (const Fact* fact = get_event<Fact>(event)) return fact;
  }
  return nullptr;
}

// The BYE of this decision is neither recorded nor sent.
inline void drop_bye(Outbox& out) {
  drop_events<RequestSent>(out, [](const RequestSent& e) { return e.method == Method::kBye; });
  drop_mail<ToTransaction, SendRequest>(
      out, [](const SendRequest& m) { return m.method == Method::kBye; });
}

[[nodiscard]] inline Found found(CallId call, const Context& context) {
  return context.directory.find(call).found;
}

// A table in which one function of a layer stands for the real one.
template <class L>
[[nodiscard]] core::LayerTable with_decide(decltype(core::LayerFunctions<L>::decide) decide) {
  core::LayerTable table;
  std::get<core::LayerFunctions<L>>(table).decide = decide;
  return table;
}
template <class L>
[[nodiscard]] core::LayerTable with_apply(decltype(core::LayerFunctions<L>::apply) apply) {
  core::LayerTable table;
  std::get<core::LayerFunctions<L>>(table).apply = apply;
  return table;
}

// Both: what one of them replaces must not be replaced by the other.
[[nodiscard]] core::LayerTable joined(const core::LayerTable& a, const core::LayerTable& b);
[[nodiscard]] bool can_join(const core::LayerTable& a, const core::LayerTable& b);

}  // namespace lastcall::sim
