#include "net/websocket/frame_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/websocket/frame_writer.hpp"

namespace sotto::net {
namespace {

constexpr std::size_t limit = 70'000;  // bytes of a message

struct Heard {
  std::vector<base::Blob> messages, pings;
  int pongs = 0;
  std::optional<CloseReason> goodbye;
  std::optional<std::uint16_t> fault;
};

/// Feeds the pieces one after the other, until a fault.
Heard hear(End sender, const std::vector<base::Blob>& pieces) {
  FrameReader reader(sender, limit);
  Heard heard;
  for (const base::Blob& piece : pieces) {
    base::View bytes(piece);
    for (;;) {
      auto said = reader.read(bytes);
      if (!said) heard.fault = said.error().code;
      if (!said) return heard;
      if (!*said) break;
      if (auto* message = std::get_if<Message>(&**said)) heard.messages.push_back(message->bytes);
      if (auto* ping = std::get_if<Ping>(&**said)) heard.pings.push_back(ping->bytes);
      if (std::holds_alternative<Pong>(**said)) ++heard.pongs;
      if (auto* goodbye = std::get_if<Goodbye>(&**said)) heard.goodbye = goodbye->reason;
    }
    EXPECT_TRUE(bytes.empty());
  }
  return heard;
}

std::vector<base::Blob> byte_by_byte(const base::Blob& bytes) {
  std::vector<base::Blob> pieces;
  for (const std::uint8_t byte : bytes) pieces.push_back({byte});
  return pieces;
}

base::Blob zeros(std::initializer_list<std::uint8_t> head, std::size_t count) {
  base::Blob bytes(head);
  bytes.resize(bytes.size() + count);
  return bytes;
}

/// Raw bytes that a client must not send, or a server must not.
struct Refused {
  const char* name;
  End sender;
  base::Blob bytes;
  std::uint16_t code;
};

struct RefusedFrames : testing::TestWithParam<Refused> {};

TEST_P(RefusedFrames, AreRefusedWithTheirCode) {
  EXPECT_EQ(hear(GetParam().sender, {GetParam().bytes}).fault, GetParam().code);
}

TEST_P(RefusedFrames, AreRefusedWhereverTheyAreCut) {
  EXPECT_EQ(hear(GetParam().sender, byte_by_byte(GetParam().bytes)).fault, GetParam().code);
}

constexpr End client = End::client, server = End::server;
// In a client's frames: 0x80 of the second byte says masked, and four zero bytes are the mask.
const std::vector<Refused> refused_frames{
    {"AClientWithoutMask", client, {0x82, 0x01, 7}, 1002},
    {"AClientsPingWithoutMask", client, {0x89, 0x00}, 1002},
    {"AServerWithMask", server, {0x82, 0x81, 0, 0, 0, 0, 7}, 1002},
    {"TheFirstReservedBit", client, {0xC2, 0x80, 0, 0, 0, 0}, 1002},
    {"TheSecondReservedBit", client, {0xA2, 0x80, 0, 0, 0, 0}, 1002},
    {"TheThirdReservedBit", client, {0x92, 0x80, 0, 0, 0, 0}, 1002},
    {"AReservedBitInAPing", client, {0xC9, 0x80, 0, 0, 0, 0}, 1002},
    {"Opcode3", client, {0x83, 0x80, 0, 0, 0, 0}, 1002},
    {"Opcode7", client, {0x87, 0x80, 0, 0, 0, 0}, 1002},
    {"Opcode11", client, {0x8B, 0x80, 0, 0, 0, 0}, 1002},
    {"Opcode15", client, {0x8F, 0x80, 0, 0, 0, 0}, 1002},
    {"ATextMessage", client, {0x81, 0x80, 0, 0, 0, 0}, 1003},
    {"APingInTwoFrames", client, {0x09, 0x80, 0, 0, 0, 0}, 1002},
    {"AGoodbyeInTwoFrames", client, {0x08, 0x80, 0, 0, 0, 0}, 1002},
    {"APingOver125Bytes", client, zeros({0x89, 0xFE, 0, 126, 0, 0, 0, 0}, 126), 1002},
    {"ALength16ThatFitsInSevenBits", client, zeros({0x82, 0xFE, 0, 125, 0, 0, 0, 0}, 125), 1002},
    {"ALength64ThatFitsInSixteen", client, zeros({0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0}, 1), 1002},
    {"ALengthWithTheTopBit", client, zeros({0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1), 1002},
    {"AContinuationOfNothing", client, {0x80, 0x80, 0, 0, 0, 0}, 1002},
    {"AMessageWithinAMessage", client, {0x02, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0}, 1002},
    {"AMessageOverTheLimit", client, zeros({0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0x11, 0x71, 0, 0, 0, 0}, 1), 1009},
    {"TheLargestLengthThereIs", client,
     zeros({0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0}, 1), 1009},
    {"HalfACloseCode", client, {0x88, 0x81, 0, 0, 0, 0, 3}, 1002},
    {"CloseCode999", client, {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE7}, 1002},
    {"CloseCode1004", client, {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xEC}, 1002},
    {"CloseCode1005", client, {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED}, 1002},
    {"CloseCode1006", client, {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xEE}, 1002},
    {"CloseCode1015", client, {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xF7}, 1002},
    {"CloseCode2999", client, {0x88, 0x82, 0, 0, 0, 0, 0x0B, 0xB7}, 1002},
    {"CloseCode5000", client, {0x88, 0x82, 0, 0, 0, 0, 0x13, 0x88}, 1002},
    {"AReasonThatIsNotUtf8", client, {0x88, 0x83, 0, 0, 0, 0, 0x03, 0xE8, 0xFF}, 1007}};

INSTANTIATE_TEST_SUITE_P(Each, RefusedFrames, testing::ValuesIn(refused_frames),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(FrameReader, RefusesAMessageWhoseFramesTogetherAreOverTheLimit) {
  const base::Blob first = zeros({0x02, 0x7E, 0xFF, 0xFF}, 0xFFFF);  // 65,535 bytes, and more to come
  EXPECT_EQ(hear(server, {first, zeros({0x00, 0x7E, 0x11, 0x71}, 0x1171)}).messages.size(), 0u);
  EXPECT_FALSE(hear(server, {first, zeros({0x00, 0x7E, 0x11, 0x71}, 0x1171)}).fault);  // 70,000
  EXPECT_EQ(hear(server, {first, zeros({0x00, 0x7E, 0x11, 0x72}, 1)}).fault, close_code::too_large);
}

TEST(FrameReader, AcceptsAMessageAtTheLimit) {
  const Heard heard = hear(client, {write_frame(client, Opcode::binary, base::Blob(limit, 9))});
  ASSERT_EQ(heard.messages.size(), 1u);
  EXPECT_EQ(heard.messages[0], base::Blob(limit, 9));
}

TEST(FrameReader, JoinsFragmentsAndHearsPingsBetweenThem) {
  const base::Blob bytes{0x02, 0x02, 'a', 'b', 0x89, 0x01, '?', 0x00, 0x00, 0x8A, 0x00, 0x80, 0x01, 'c'};
  for (const auto& pieces : {std::vector<base::Blob>{bytes}, byte_by_byte(bytes)}) {
    const Heard heard = hear(server, pieces);
    EXPECT_FALSE(heard.fault);
    EXPECT_EQ(heard.messages, (std::vector<base::Blob>{{'a', 'b', 'c'}}));
    EXPECT_EQ(heard.pings, (std::vector<base::Blob>{{'?'}}));
    EXPECT_EQ(heard.pongs, 1);
  }
}

TEST(FrameReader, HearsAGoodbyeWithCodeAndWords) {
  const Heard heard = hear(client, {write_close_frame(client, {.code = 4001, .text = "you asked"})});
  ASSERT_TRUE(heard.goodbye);
  EXPECT_EQ(heard.goodbye->code, 4001);
  EXPECT_EQ(heard.goodbye->text, "you asked");
}

TEST(FrameReader, HearsAGoodbyeThatGivesNoReason) {
  const Heard heard = hear(client, {write_close_frame(client, {.code = close_code::none_given})});
  ASSERT_TRUE(heard.goodbye);
  EXPECT_EQ(heard.goodbye->code, close_code::none_given);
}

TEST(FrameReader, AcceptsEachCloseCodeThatMayBeSent) {
  for (const unsigned code : {1000u, 1001u, 1002u, 1003u, 1007u, 1011u, 1014u, 3000u, 4999u}) {
    const Heard heard = hear(server, {write_close_frame(server, {.code = static_cast<std::uint16_t>(code)})});
    ASSERT_TRUE(heard.goodbye) << code;
    EXPECT_EQ(heard.goodbye->code, code);
  }
}

TEST(FrameWriter, MasksWhatAClientSendsWithAFreshMask) {
  const base::Blob payload(32, 1);
  EXPECT_NE(write_frame(client, Opcode::binary, payload), write_frame(client, Opcode::binary, payload));
  EXPECT_EQ(write_frame(server, Opcode::ping, {}), (base::Blob{0x89, 0x00}));
}

RC_GTEST_PROP(FrameReader, HearsWhatWasWrittenHoweverItIsCut, ()) {
  const End sender = *rc::gen::element(End::client, End::server);
  const auto sizes = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 300), rc::gen::inRange<std::size_t>(0, limit + 1)));
  base::Blob all;
  std::vector<base::Blob> messages;
  for (const std::size_t size : sizes) {
    base::Blob message(size);
    for (std::size_t i = 0; i < size; ++i) message[i] = static_cast<std::uint8_t>(i * 7 + size);
    all = base::concat({all, write_frame(sender, Opcode::binary, message)});
    messages.push_back(std::move(message));
  }
  std::vector<base::Blob> pieces;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t size = std::min(all.size() - at, *rc::gen::element<std::size_t>(1, 2, 5, 4096, 16384));
    pieces.push_back(base::blob(base::View(all).subspan(at, size)));
    at += size;
  }
  const Heard heard = hear(sender, pieces);
  RC_ASSERT(!heard.fault);
  RC_ASSERT(heard.messages == messages);
}

RC_GTEST_PROP(FrameReader, HearsTheSameHoweverArbitraryBytesAreCut, ()) {
  const auto bytes = *rc::gen::arbitrary<base::Blob>();
  const Heard once = hear(server, {bytes}), slowly = hear(server, byte_by_byte(bytes));
  RC_ASSERT(once.fault == slowly.fault);
  RC_ASSERT(once.messages == slowly.messages);
  RC_ASSERT(once.pings == slowly.pings);
}

}  // namespace
}  // namespace sotto::net
