/** 256 words that are hard to mistake for each other when read aloud; never change one: a digest keeps its words. */
export const HALLMARK_WORDS: readonly string[] = `
acorn agate alder almond amber anchor anvil apple apricot arbor arrow aspen atlas autumn azure badger
bamboo banjo barley basil beacon beaver beech bell birch bishop bison blossom bobbin bonfire boulder bramble
brass breeze brick bridge bronze brook bucket burrow butter cabin cactus camel candle canyon carbon cargo
castle cedar cello chalk cherry chestnut cider cinder clover cobalt comet compass copper coral cotton cradle
crater cricket crimson crocus crystal cypress dagger dahlia daisy dapple desert diamond dolphin domino donkey dragon
drum dune dusk eagle easel echo elder elk ember emerald engine ermine falcon feather fennel fern
ferry fiddle fig finch flint forest forge fossil fountain fox frost galaxy garden garnet geyser ginger
glacier goblet gondola granite grape gravel grotto gull hammer harbor harp hawk hazel heather hedge helmet
heron hickory holly honey horizon hornet hyacinth iceberg indigo ink iris iron island ivory ivy jackal
jade jasmine jasper jigsaw juniper kayak kernel kettle kite koala ladder lagoon lantern larch lark laurel
lava lavender lemon leopard lichen lilac lily lime linen lobster locust lotus lupin lynx magnet magpie
mahogany mallet mango maple marble marigold marsh meadow medal melon mercury meteor mint mirror mistral monsoon
moss mulberry mustard myrtle nectar needle nettle nickel nutmeg oak oasis obsidian ocean olive onyx opal
orchid otter oyster paddle panther papaya parrot pearl pebble pepper pewter pigeon pine pistachio planet plum
pollen poplar poppy prairie prism pumpkin quail quarry quartz quill rabbit raven reef ribbon river robin
rocket rowan ruby saddle saffron sage salmon sapphire satin scarlet sequoia shadow shell silver thistle walnut
`
  .trim()
  .split(/\s+/);
