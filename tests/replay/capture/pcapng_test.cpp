// Files of pcapng: sections, interfaces, the kinds of packet blocks, and blocks that lie.

#include "tests/replay/capture/importing.hpp"

namespace lastcall::replay::capture {
namespace {

const std::string kMessage = request("OPTIONS");
const std::string kPacket = ip4(udp(kMessage));

void expect_at(const Outcome& outcome, const std::vector<std::int64_t>& instants) {
  std::vector<std::int64_t> found;
  for (const Told& each : outcome.messages) {
    EXPECT_EQ(each.bytes, kMessage);
    found.push_back(each.at_ns);
  }
  EXPECT_EQ(found, instants);
  EXPECT_EQ(sentences(outcome), "");
}

TEST(Pcapng, IsReadToTheNanosecond) {
  expect_at(import_bytes(pcapng(kRawLink, {{kPacket, 1'000'000'001}, {kPacket, 2'000'000'003}})),
            {1'000'000'001, 2'000'000'003});
}

TEST(Pcapng, InterfacesMayDiffer) {
  expect_at(import_bytes(section() + interface(kRawLink) + interface(kEthernetLink, 3) +
                         enhanced(0, kPacket, 5) + enhanced(1, ethernet(kPacket), 7)),
            {5, 7'000'000});
}

TEST(Pcapng, SectionsMayDifferInByteOrderAndBeginAnew) {
  expect_at(
      import_bytes(section() + interface(kRawLink) + enhanced(0, kPacket, 5) + section(true) +
                   interface(kEthernetLink, 9, true) + enhanced(0, ethernet(kPacket), 6, true)),
      {5, 6});
}

TEST(Pcapng, ResolutionsOfTenAndOfTwo) {
  const auto file = [](unsigned resolution, std::uint64_t at) {
    return import_bytes(section() + interface(kRawLink, resolution) + enhanced(0, kPacket, at));
  };
  expect_at(file(0, 3), {3'000'000'000});
  expect_at(file(6, 3), {3'000});
  expect_at(file(12, 3'000'999), {3'000});
  expect_at(file(0x80 | 1, 7), {3'500'000'000});
  expect_at(file(0x80 | 40, 3ULL << 39U), {1'500'000'000});
  EXPECT_EQ(file(0xff, ~0ULL).messages.size(), 1U);
  EXPECT_EQ(file(0x7f, ~0ULL).messages.size(), 1U);
  EXPECT_GT(file(0, ~0ULL).messages.at(0).at_ns, 9'000'000'000'000'000'000);
}

TEST(Pcapng, SecondsMayBeCountedFromElsewhere) {
  const auto file = [](std::int64_t offset) {
    const std::string option = le(14, 2) + le(8, 2) + le(static_cast<std::uint64_t>(offset), 8);
    const std::string body = le(kRawLink, 2) + zeros(2) + zeros(4) + option;
    return import_bytes(section() + block(1, body) + enhanced(0, kPacket, 5'000'000));
  };
  expect_at(file(10), {15'000'000'000});
  expect_at(file(-3), {2'000'000'000});
  expect_at(file(INT64_MIN), {0});
  EXPECT_EQ(file(INT64_MAX).messages.size(), 1U);
}

TEST(Pcapng, SimpleAndOldPacketBlocks) {
  const std::string simple = block(3, le(kPacket.size(), 4) + kPacket);
  const std::string size = le(kPacket.size(), 4);
  const std::string old =
      block(2, le(0, 2) + le(9, 2) + le(0, 4) + le(77, 4) + size + size + kPacket);
  expect_at(import_bytes(section() + interface(kRawLink) + simple + old + block(0xbad, "other")),
            {0, 77});
}

TEST(Pcapng, BlocksThatLieAreToldAndTheRestIsRead) {
  std::string longer = enhanced(0, kPacket, 5);
  longer.replace(20, 8, le(9'000, 4) + le(9'000, 4));
  const Outcome outcome =
      import_bytes(section() + interface(kRawLink) + interface(189) + enhanced(7, kPacket, 1) +
                   enhanced(1, kPacket, 2) + enhanced(1, kPacket, 3) + longer +
                   enhanced(0, kPacket, 4) + le(6, 4) + le(3, 4));
  EXPECT_EQ(outcome.messages.size(), 2U);
  EXPECT_EQ(sentences(outcome),
            "1: It names an interface that the file has not.\n"
            "2: Packets of the link type USB_LINUX are passed over.\n"
            "6: The file cannot be read from here on: a block has an impossible length.\n");
  EXPECT_EQ(outcome.report.cut_packets, 1U);
}

TEST(Pcapng, WithoutAByteOrderNothingIsRead) {
  std::string file = pcapng(kRawLink, {{kPacket}});
  file[8] = '?';
  EXPECT_EQ(sentences(import_bytes(file)),
            "1: The file cannot be read from here on: a section has no byte order.\n");
}

}  // namespace
}  // namespace lastcall::replay::capture
