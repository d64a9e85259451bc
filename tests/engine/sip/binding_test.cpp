#include "engine/sip/binding.hpp"

#include "engine/sip/options.hpp"
#include "tests/engine/sip/messages.hpp"

#include <gtest/gtest.h>

namespace lastcall::sip {
namespace {

// The usual INVITE with these lines instead of its Contact.
SipMessage with_lines(const std::string& lines) {
  return parsed(with(kInvite, "Contact: <sip:alice@192.0.2.1:5062>\r\n", lines));
}

TEST(ContactList, HoldsBindingsInTheirOrder) {
  const auto contacts = contacts_of(
      with_lines("Contact: \"A\" <sip:a@b;expires=1>;q=0.7;expires=3600, sip:c@d;expires=0\r\n"
                 "m: <mailto:e@f>;q=1.0\r\n"));
  ASSERT_TRUE(contacts);
  EXPECT_FALSE(contacts->all);
  EXPECT_EQ(contacts->bindings, (std::vector<Binding>{{"sip:a@b;expires=1", Seconds{3600}, 700},
                                                      {"sip:c@d", Seconds{0}, 1000},
                                                      {"mailto:e@f", std::nullopt, 1000}}));
  EXPECT_EQ(contacts_of(with_lines("")).value(), Contacts{});
}

// Shows MSG-11.
TEST(ContactList, ValuesOutOfRangeCountAsAbsent) {
  const auto contacts =
      contacts_of(with_lines("Contact: <sip:a@b>;expires=280297596632815;q=1.5, <sip:c@d>;q=.5, "
                             "<sip:e@f>;q=0.5555, <sip:g@h>;q=\"0.25\"\r\n"));
  ASSERT_TRUE(contacts);
  EXPECT_EQ(contacts->bindings[0], (Binding{"sip:a@b", std::nullopt, 1000}));
  EXPECT_EQ(contacts->bindings[1].q, 1000);
  EXPECT_EQ(contacts->bindings[2].q, 1000);
  EXPECT_EQ(contacts->bindings[3].q, 250);
}

TEST(ContactList, AStarStandsAlone) {
  EXPECT_TRUE(contacts_of(with_lines("Contact: *\r\n"))->all);
  EXPECT_FALSE(contacts_of(with_lines("Contact: *\r\nContact: <sip:a@b>\r\n")));
}

TEST(ContactList, IsReadBackAsItWasWritten) {
  for (const Binding& binding : {Binding{"sip:a@b", Seconds{60}, 5}, Binding{"sip:a@b", {}, 1000},
                                 Binding{"sip:a@b;x=y", Seconds{0}, 0}}) {
    const auto contacts = contacts_of(with_lines("m: " + write_binding(binding) + "\r\n"));
    ASSERT_TRUE(contacts);
    EXPECT_EQ(contacts->bindings, std::vector<Binding>{binding});
  }
  EXPECT_EQ(write_binding({"sip:a@b", Seconds{60}, 50}), "<sip:a@b>;q=0.050;expires=60");
}

TEST(Redirection, GoesToSipTargetsByFallingPreference) {
  EXPECT_EQ(targets_of(with_lines("Contact: <sip:low@b>;q=0.1, <sip:one@b>, <mailto:x@y>, "
                                  "<sips:two@b>, <sip:mid@b>;q=0.5\r\n")),
            (std::vector<std::string>{"sip:one@b", "sips:two@b", "sip:mid@b", "sip:low@b"}));
  EXPECT_TRUE(targets_of(with_lines("Contact: *\r\n")).empty());
}

// Shows REG-03.
TEST(Registration, TheGrantIsThatOfOurContact) {
  const auto granted = [](const std::string& lines) {
    return granted_to("sip:%61lice@192.0.2.1:5062;transport=tcp", with_lines(lines));
  };
  const std::string ours = "<sip:alice@192.0.2.1:5062;Transport=TCP>";
  EXPECT_EQ(granted("Contact: <sip:alice@192.0.2.1:5062>;expires=9, " + ours +
                    ";expires=60\r\nExpires: 3600\r\n"),
            Seconds{60});
  EXPECT_EQ(granted("Contact: <sip:x@y>;expires=9, " + ours + "\r\nExpires: 3600\r\n"),
            Seconds{3600});
  EXPECT_EQ(granted("Contact: " + ours + "\r\n"), std::nullopt);
  EXPECT_EQ(granted("Contact: <sip:bob@192.0.2.1:5062;Transport=TCP>;expires=9\r\n"), std::nullopt);
  EXPECT_EQ(granted("Expires: 3600\r\n"), std::nullopt);
}

TEST(Options, AreKnownTagsAndTheRestAsText) {
  const OptionTags tags =
      option_tags_of(with_lines("Supported: timer, ,100REL\r\nk: gruu\r\nRequire: foo, bar\r\n"),
                     Header::kSupported);
  EXPECT_EQ(tags.known, (EnumSet<OptionTag>{OptionTag::kTimer, OptionTag::k100rel}));
  EXPECT_EQ(tags.unknown, std::vector<std::string>{"gruu"});
  EXPECT_EQ(write_option_tags(tags.known), "100rel, timer");
  EXPECT_EQ(write_option_tags({}), "");
  EXPECT_EQ(option_tags_of(with_lines(""), Header::kRequire), OptionTags{});
  EXPECT_EQ(write_list(option_tags_of(with_lines("Require: foo\r\nRequire: timer,Bar\r\n"),
                                      Header::kRequire)
                           .unknown),
            "foo, Bar");
}

TEST(Options, AllowIsASetOfMethodsOrUnknown) {
  EXPECT_EQ(allowed_by(with_lines("Allow: INVITE, invite\r\nAllow: UPDATE\r\n")),
            (EnumSet<Method>{Method::kInvite, Method::kUpdate, Method::kOther}));
  EXPECT_EQ(allowed_by(with_lines("")), std::nullopt);
  EXPECT_EQ(allowed_by(with_lines("Allow:\r\n")), EnumSet<Method>{});
  EXPECT_EQ(write_methods({Method::kBye, Method::kInvite}), "INVITE, BYE");
}

TEST(Options, AcceptTakesRangesAndIsSdpByDefault) {
  const auto takes = [](const std::string& lines, std::string_view type) {
    return accepts(with_lines(lines), type);
  };
  EXPECT_TRUE(takes("", "application/sdp"));
  EXPECT_FALSE(takes("", "text/plain"));
  EXPECT_FALSE(takes("Accept:\r\n", "application/sdp"));
  EXPECT_FALSE(takes("Accept: text/nobodyKnowsThis\r\n", "application/sdp"));
  EXPECT_TRUE(takes("Accept: text/plain;q=0.5, Application/SDP;level=1\r\n", "application/sdp"));
  EXPECT_TRUE(takes("Accept: application/*\r\n", "application/sdp"));
  EXPECT_TRUE(takes("Accept: */*;q=0.1\r\n", "application/sdp"));
  EXPECT_FALSE(takes("Accept: applications/*\r\n", "application/sdp"));
  EXPECT_FALSE(takes("Accept: application/sdp;q=0.0\r\n", "application/sdp"));
  EXPECT_EQ(media_type(" multipart/mixed ; boundary=x"), "multipart/mixed");
}

}  // namespace
}  // namespace lastcall::sip
