#pragma once
// Conflict: whether the order in which two ready items are handled can matter (SIMULATION's
// independence relation, for our mailboxes). What is not known to be independent conflicts.
//
// Items of different calls never meet: ids, draws and lookups are per call (core/draws.hpp). Mail
// from one layer to another reads that layer's state and the directory, and changes only that
// layer; the directory is changed by the session and the dialog layer alone. So two pieces of mail
// of one call to different layers commute, unless one of these two is among them. What comes from
// the world, and what user and audio do, asks for the call by its id: it conflicts with everything
// of it.

#include "engine/core/schedule.hpp"

namespace lastcall::sim {

// Whether it may read or change what other layers of its call see.
[[nodiscard]] constexpr bool reaches_beyond_its_layer(const core::Ready& item) {
  return !item.internal || item.receiver == LayerId::kSession || item.receiver == LayerId::kDialog;
}

[[nodiscard]] constexpr bool conflict(const core::Ready& a, const core::Ready& b) {
  // A datagram's call is not known before it is parsed.
  const bool may_share_call = !a.call || !b.call || a.call == b.call;
  if (!may_share_call) return false;
  return a.receiver == b.receiver || reaches_beyond_its_layer(a) || reaches_beyond_its_layer(b);
}

}  // namespace lastcall::sim
