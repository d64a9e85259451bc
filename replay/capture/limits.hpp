#pragma once
// Every limit of the importer in one place. A capture may be made by an attacker: what exceeds a
// limit is given up with a line in the report, and memory does not grow with the file.

#include <cstddef>
#include <cstdint>

namespace lastcall::replay::capture::limits {

inline constexpr std::size_t kProblemsMax = 1'000;  // kept; all are counted
inline constexpr std::size_t kStartLineBytesMax = 8'192;

// Files.
inline constexpr std::size_t kBlockBytesMax = 1U << 24U;  // of pcapng
inline constexpr std::size_t kInterfacesMax = 1'024;

// Headers around IP.
inline constexpr int kTagsMax = 8;     // VLAN tags, MPLS labels and the like, one inside another
inline constexpr int kTunnelsMax = 4;  // IP inside IP
inline constexpr int kExtensionsMax = 16;  // IPv6 extension headers

// Fragments of IP.
inline constexpr std::size_t kDatagramsMax = 512;                // incomplete ones at a time
inline constexpr std::size_t kDatagramBytesMax = 65'535;         // RFC 791
inline constexpr std::size_t kFragmentsMax = 128;                // of one datagram
inline constexpr std::int64_t kFragmentWaitNs = 60'000'000'000;  // RFC 8200 4.5

// Streams of TCP.
inline constexpr std::size_t kStreamsMax = 8'192;
inline constexpr std::size_t kStreamBytesMax = 64U << 20U;  // of all streams, waiting
inline constexpr std::size_t kHeldSegmentsMax = 64;         // of a stream, behind a hole
inline constexpr std::int32_t kRepeatedBytesMax = 1 << 20;  // what is older is another stream
inline constexpr std::int64_t kHoleWaitNs = 5'000'000'000;  // until a hole is no reordering

// Traces that are no packet files: a record with a message of the greatest size.
inline constexpr std::size_t kRecordBytesMax = 1U << 17U;
inline constexpr std::size_t kLineBytesMax = 4'096;

inline constexpr std::size_t kCallIdsMax = 1'000'000;  // told apart when counting
inline constexpr std::size_t kMethodsMax = 64;         // likewise

inline constexpr std::uint64_t kPacketsPerProgress = 65'536;
inline constexpr std::uint64_t kMessagesPerProgress = 16'384;  // of traces

}  // namespace lastcall::replay::capture::limits
