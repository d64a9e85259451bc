#pragma once
// Every limit of the engine in one place. What exceeds one is refused with a reason and counted; it
// never ends or blocks another call.

#include "engine/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lastcall::limits {

// SIP messages (RFC 3261 18.1.1: datagrams up to 65,535 bytes must be accepted).
inline constexpr std::size_t kMessageBytesMax = 65'535;
inline constexpr std::size_t kHeadersMax = 256;
inline constexpr std::size_t kStreamHeadBytesMax = 32'768;  // start line and headers on a stream
inline constexpr std::size_t kBodyPartsMax = 16;            // of a multipart body, nested ones too
inline constexpr std::size_t kBodyDepthMax = 3;             // multipart inside multipart
inline constexpr std::size_t kViasMax = 70;
inline constexpr std::size_t kSdpLinesMax = 512;
inline constexpr std::size_t kSdpMediaMax = 32;

// Connections of streams (RFC 3261 18).
inline constexpr std::size_t kConnectionsMax = 1'000;
inline constexpr std::size_t kWaitingBytesMax = 1U << 20U;  // to be written, per connection
inline constexpr Duration kConnectTimeout = std::chrono::seconds{10};
inline constexpr Duration kMessageTimeout = std::chrono::seconds{32};  // to be whole, once begun
inline constexpr Duration kPingInterval = std::chrono::seconds{100};   // RFC 5626 4.4.1
inline constexpr Duration kPongTimeout = std::chrono::seconds{10};

// Names (RFC 3263).
inline constexpr std::size_t kTargetsMax = 8;    // of one URI
inline constexpr int kQuestionsMax = 24;         // asked for one URI
inline constexpr std::size_t kLookupsMax = 500;  // under way
inline constexpr std::size_t kNamesCachedMax = 1'000;

// Calls.
inline constexpr std::size_t kCommandsMax = 1'000;     // per call, answered ones too
inline constexpr std::size_t kHoldersMax = 16;         // attachments per call and layer
inline constexpr std::size_t kDialogsMax = 8;          // early dialogs of one INVITE
inline constexpr std::size_t kRedirectsMax = 8;        // targets that redirections lead one call to
inline constexpr std::uint32_t kRefersMax = 8;         // calls that one peer may ask for by REFER
inline constexpr std::size_t kForksMax = 64;           // of these and those that a 2xx began
inline constexpr std::size_t kTargetBytesMax = 1'024;  // a URI given by a user

// RFC 3261 17.1.1.2 and Table 4: the SIP timers.
inline constexpr Duration kT1 = std::chrono::milliseconds{500};
inline constexpr Duration kT2 = std::chrono::seconds{4};
inline constexpr Duration kT4 = std::chrono::seconds{5};
inline constexpr Duration k64T1 = 64 * kT1;

// RFC 3261 17.2.1 and RFC 4320 4.1: how long a request may wait for an answer before it gets a 100:
// an INVITE 200 ms, another one until its sender repeats it every T2.
inline constexpr Duration kTryingInvite = std::chrono::milliseconds{200};
inline constexpr Duration kTryingOther = 7 * kT1;

// RFC 3261 18.1.1: a longer request goes over TCP, the path MTU being unknown.
inline constexpr std::size_t kUdpRequestBytesMax = 1'300;

// Answers that nothing vouches for (to malformed requests, to dialogs nobody knows): how many one
// source gets within a second, and how many sources are counted.
inline constexpr std::uint32_t kRationPerSource = 50;
inline constexpr std::size_t kRationSources = 4'096;

// Servers that asked to be left alone for a while (RFC 3261 21.5.4): how many are remembered, and
// for how long at most.
inline constexpr std::size_t kAvoidedMax = 64;
inline constexpr Duration kAvoidedLongest = std::chrono::hours{1};

// RFC 4028 4, 5: how long a session lives without a refresh, and the least anybody may ask for.
inline constexpr Duration kSessionExpires = std::chrono::minutes{30};
inline constexpr Duration kMinSe = std::chrono::seconds{90};

// How long phase 1 of an ending may take before it is forced (RACES TP-08).
inline constexpr Duration kCleanupTimeout = std::chrono::seconds{5};

// How often a caller is told that it still rings (RFC 3261 13.3.1.1: at least every minute).
inline constexpr Duration kRingAgain = std::chrono::minutes{1};

// How long a caller lets the callee ring before it gives up.
inline constexpr Duration kRingTimeout = std::chrono::seconds{180};

// How long a tombstone is kept after the deadline of its call: 64*T1 for a BYE that begins at the
// last moment, 64*T1 for its transaction, T4 for messages under way (TP-09, no BYE challenge).
inline constexpr Duration kTombstone = 2 * k64T1 + kT4;

}  // namespace lastcall::limits
