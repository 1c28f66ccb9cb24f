"""A self-written resolution for the tests of the command line."""

RESOLUTION = """United Nations

A/RES/91/17

General Assembly

Ninety-first session
Agenda item 20 (b)

Resolution adopted by the General Assembly on 26 November 2036

91/17. Lighthouses for all

The General Assembly,

Recalling its resolution 70/1 of 25 September 2015,

1. Requests the Secretary-General to count all lighthouses by 2040;

2. Calls upon Member States:

(a) To light every lighthouse that stands dark;

(b) To train keepers and to pay them well;

3. Decides to take up the matter again at its next session.
"""
