// SPDX-FileCopyrightText: 2026 The gait authors
// SPDX-License-Identifier: MIT
#include <gait/files/tensor_info.hpp>

#include <doctest/doctest.h>

#include <cstdint>

using namespace gait;

TEST_CASE("every C++ number has the dtype of its size and kind") {
    CHECK(dtype_of<double> == dtype::f64);
    CHECK(dtype_of<float> == dtype::f32);
    CHECK(dtype_of<std::int8_t> == dtype::i8);
    CHECK(dtype_of<std::int16_t> == dtype::i16);
    CHECK(dtype_of<std::int32_t> == dtype::i32);
    CHECK(dtype_of<std::int64_t> == dtype::i64);
    CHECK(dtype_of<std::uint8_t> == dtype::u8);
    CHECK(dtype_of<std::uint16_t> == dtype::u16);
    CHECK(dtype_of<std::uint32_t> == dtype::u32);
    CHECK(dtype_of<std::uint64_t> == dtype::u64);
    CHECK(size_of(dtype_of<double>) == 8);
    CHECK(size_of(dtype_of<std::int16_t>) == 2);
}

TEST_CASE("dtypes are found by their names in a file, and only by those") {
    for (const dtype type :
         {dtype::f64, dtype::f32, dtype::f16, dtype::bf16, dtype::i64, dtype::i32, dtype::i16,
          dtype::i8, dtype::u64, dtype::u32, dtype::u16, dtype::u8, dtype::boolean})
        CHECK(dtype_named(name_of(type)) == type);
    CHECK(name_of(dtype::bf16) == "BF16");
    CHECK(size_of(dtype::bf16) == 2);
    CHECK(size_of(dtype::boolean) == 1);
    for (const char* bad : {"", "f32", "F32 ", "F8_E4M3", "float32"})
        CHECK(!dtype_named(bad).has_value());
}

TEST_CASE("shapes are compared and told") {
    CHECK(shape_text({}) == "()");
    CHECK(shape_text({7}) == "(7)");
    CHECK(shape_text({-1, 3}) == "(any, 3)");
    CHECK(shape_fits({-1, 3}, {1000, 3}));
    CHECK(shape_fits({}, {}));
    CHECK_FALSE(shape_fits({-1, 3}, {3, 1000}));
    CHECK_FALSE(shape_fits({-1}, {1, 1}));
    CHECK_FALSE(shape_fits({1}, {}));
}
