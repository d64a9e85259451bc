// The file of secrets: what is read from it, and what is refused.

#include "engine/host/accounts.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace lastcall::host {
namespace {

constexpr std::string_view kFile = R"([[account]]
aor = "sip:alice@example.com"
realm = "example.com"
user = "alice"
password = "s3cr3t"

[[user]]
realm = "here"
user = "bob"
ha1 = "0123"
algorithm = "SHA-256"
)";

TEST(Accounts, AreReadFromToml) {
  const auto read = parse_accounts(kFile, "accounts.toml");
  ASSERT_TRUE(read.has_value()) << read.error().sentence;
  ASSERT_EQ(read->ours.size(), 1U);
  EXPECT_EQ(read->ours[0], (sip::Key{.aor = "sip:alice@example.com",
                                     .realm = "example.com",
                                     .user = "alice",
                                     .password = "s3cr3t"}));
  ASSERT_EQ(read->users.size(), 1U);
  EXPECT_EQ(read->users[0].ha1_algorithm, sip::DigestAlgorithm::kSha256);
}

TEST(Accounts, WhatIsWrongIsNamedWithItsLineAndWithoutASecret) {
  const auto error = [](std::string_view text) {
    const auto read = parse_accounts(text, "f");
    return read ? std::string{"read"} : read.error().sentence;
  };
  EXPECT_EQ(error("[[account]]\npassword = \"s3cr3t\"\n"), "f:1: an account needs a user");
  EXPECT_EQ(error("[[user]]\nuser = \"a\"\n"), "f:1: an account needs either a password or a ha1");
  EXPECT_EQ(error("[[user]]\nuser = \"a\"\npassword = 7\n"),
            "f:1: 'password' must be a text in quotes");
  EXPECT_EQ(error("[[user]]\nuser = \"a\"\npasswort = \"s3cr3t\"\n"),
            "f:1: 'passwort' is no setting of an account");
  EXPECT_EQ(error("[[users]]\n"), "f:1: only [[account]] and [[user]] stand here");
  EXPECT_EQ(error("account = 1\n"), "f:1: write [[account]]");
  EXPECT_EQ(error("[[user]]\nuser = \"a\"\nha1 = \"00\"\n"), "f:1: a ha1 is of one realm");
  EXPECT_EQ(error("[[user]]\nuser = \"a\"\npassword = \"s3cr3t\"\nalgorithm = \"ROT13\"\n"),
            "f:1: 'ROT13' is no digest algorithm");
  EXPECT_EQ(error("[[user]\n").substr(0, 4), "f:1:");
}

TEST(Accounts, AFileThatOthersMayReadIsRefused) {
  namespace fs = std::filesystem;
  const fs::path path = fs::path{::testing::TempDir()} / "lastcall-accounts.toml";
  std::ofstream{path} << kFile;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_TRUE(read_accounts(path.string()).has_value());
  fs::permissions(path, fs::perms::others_read, fs::perm_options::add);
  const auto read = read_accounts(path.string());
  ASSERT_FALSE(read.has_value());
  EXPECT_NE(read.error().sentence.find("everybody may read"), std::string::npos);
  fs::remove(path);
  EXPECT_FALSE(read_accounts(path.string()).has_value());
}

}  // namespace
}  // namespace lastcall::host
