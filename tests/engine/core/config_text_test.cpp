#include "engine/core/config_text.hpp"

#include "engine/base/settings_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace lastcall::core {
namespace {

RC_GTEST_PROP(SettingsText, IsReadBackAsWritten, (const std::string& a, const std::string& b)) {
  const Settings settings{{"one", a}, {"two", b}};
  const auto read = parse_settings(to_text(settings));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == settings);
}

TEST(SettingsText, WhatIsNoSettingIsNamed) {
  EXPECT_FALSE(parse_settings("rules"));
  EXPECT_FALSE(parse_settings("=two"));
  EXPECT_FALSE(parse_settings("a=1 a=2"));
  for (const char* value : {"a=%", "a=%4", "a=%G0", "a=%0G"}) {
    EXPECT_FALSE(parse_settings(value)) << value;
  }
}

TEST(ConfigText, IsReadBackAsWritten) {
  const Config config{.rules = Rules::kImmediate,
                      .shard = 3,
                      .contact = {"::1", 5070, Transport::kTls},
                      .user = "front desk 100%",
                      .cleanup_timeout = std::chrono::seconds{2},
                      .ring_timeout = std::chrono::milliseconds{1500}};
  const auto read = parse_config(config_text(config));
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->rules, config.rules);
  EXPECT_EQ(read->shard, config.shard);
  EXPECT_EQ(read->contact, config.contact);
  EXPECT_EQ(read->user, config.user);
  EXPECT_EQ(read->cleanup_timeout, config.cleanup_timeout);
  EXPECT_EQ(read->ring_timeout, config.ring_timeout);
}

TEST(ConfigText, AMissingAnUnknownAndAWrongSettingAreNamed) {
  const std::string text = config_text({});
  const auto missing = parse_config("rules=two-phase");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().find("missing"), std::string::npos);
  const auto unknown = parse_config(text + " weather=fine");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().find("weather"), std::string::npos);
  std::string wrong = text;
  wrong.replace(wrong.find("port=0"), 6, "port=99999");
  const auto refused = parse_config(wrong);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("99999"), std::string::npos);
}

}  // namespace
}  // namespace lastcall::core
