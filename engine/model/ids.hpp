#pragma once
// The kinds of ids that the engine gives out. All are derived per call (core/draws.hpp).

#include "engine/base/ids.hpp"

namespace lastcall {
inline namespace model {

using CallId = Id<struct CallTag>;                // one call of this engine, all its forks
using SessionId = Id<struct SessionTag>;          // the call as the session layer knows it
using DialogId = Id<struct DialogTag>;            // hash of Call-ID, local tag, remote tag
using TransactionId = Id<struct TransactionTag>;  // hash of role, branch, sent-by, method
using StreamId = Id<struct StreamTag>;            // one media stream of a call
using CommandId = Id<struct CommandTag>;  // given by the client; the same id, the same result
using HolderId = Id<struct HolderTag>;    // who holds on to a layer's part of a call

using Position = std::uint64_t;  // place of an event in the log, from 1; 0 means "none"

}  // namespace model
}  // namespace lastcall
