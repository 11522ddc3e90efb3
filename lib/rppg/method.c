#include "rppg/method.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rppg/rows.h"

/*
 * POS, CHROM and PBV are made for reflected light under which all channels
 * are above black; the engine leaves darker traces out.
 */
static const struct rppg_method_info table[RPPG_METHODS] = {
    [RPPG_FUSION] = {"fusion", "rppg-fusion",
	"Capon, \"High-resolution frequency-wavenumber spectrum analysis\", "
	"Proc. IEEE 57(8), 1969, over patches and colours, and every method "
	"below",
	NULL},
    [RPPG_GREEN] = {"green", "rppg-green",
	"Verkruysse, Svaasand and Nelson, \"Remote plethysmographic imaging "
	"using ambient light\", Opt. Express 16(26), 2008",
	rppg_green},
    [RPPG_CHROM] = {"chrom", "rppg-chrom",
	"de Haan and Jeanne, \"Robust pulse rate from chrominance-based "
	"rPPG\", IEEE Trans. Biomed. Eng. 60(10), 2013",
	rppg_chrom},
    [RPPG_POS] = {"pos", "rppg-pos",
	"Wang, den Brinker, Stuijk and de Haan, \"Algorithmic principles of "
	"remote PPG\", IEEE Trans. Biomed. Eng. 64(7), 2017",
	rppg_pos},
    [RPPG_LGI] = {"lgi", "rppg-lgi",
	"Pilz, Zaunseder, Krajewski and Blazek, \"Local group invariance for "
	"heart rate estimation from face videos in the wild\", CVPRW 2018",
	rppg_lgi},
    [RPPG_OMIT] = {"omit", "rppg-omit",
	"Alvarez Casado and Bordallo Lopez, \"Face2PPG: an unsupervised "
	"pipeline for blood volume pulse extraction from faces\", IEEE J. "
	"Biomed. Health Inform. 27(11), 2023",
	rppg_omit},
    [RPPG_PBV] = {"pbv", "rppg-pbv",
	"de Haan and van Leest, \"Improved motion robustness of remote-PPG "
	"by using the blood volume pulse signature\", Physiol. Meas. 35(9), "
	"2014",
	rppg_pbv},
    [RPPG_ICA] = {"ica", "rppg-ica",
	"Poh, McDuff and Picard, \"Non-contact, automated cardiac pulse "
	"measurements using video imaging and blind source separation\", "
	"Opt. Express 18(10), 2010; FastICA after Hyvarinen, IEEE Trans. "
	"Neural Netw. 10(3), 1999",
	rppg_ica},
    [RPPG_FVP] = {"fvp", "rppg-fvp",
	"Wang, den Brinker and de Haan, \"Full video pulse extraction\", "
	"Biomed. Opt. Express 9(8), 2018",
	NULL},
};

const struct rppg_method_info *
rppg_method_info(enum rppg_method method)
{
	return &table[method];
}
